"""The thread that sends lines, so that no request waits: in batches, each second at most, and again after a failure."""

import atexit
import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence

from seatwise.recorder.receiver import Refused, Unreachable
from seatwise.recorder.spool import Spool

BATCH = 5000  # lines that are sent at once
PAUSE = 1.0  # seconds for which lines are gathered
HEARTBEAT = 300.0  # seconds after which it is said again that all was sent
AT_EXIT = 3.0  # seconds for what waits when the process ends
SHORTEST_WAIT, LONGEST_WAIT = 2.0, 60.0  # seconds until what failed is tried again: twice as long each time

logger = logging.getLogger("seatwise.recorder")
senders: "weakref.WeakSet[Sender]" = weakref.WeakSet()


class Sender:
    """Lines that wait, up to `most`, and the thread of this process that delivers them; no lines are a heartbeat."""

    def __init__(self, deliver: Callable[[Sequence[bytes]], None], *, spool: Spool | None, most: int) -> None:
        self.deliver, self.spool, self.most = deliver, spool, most
        self.dropped = 0  # lines, since this was last said
        self.trouble = ""  # why nothing can be delivered now
        self.waits = SHORTEST_WAIT
        self.begin_anew()
        senders.add(self)

    def begin_anew(self) -> None:
        """As in a process that has no thread yet: what waited belongs to the one that forked."""
        self.waiting: deque[bytes] = deque()
        self.batch: list[bytes] = []  # what is being delivered
        self.wake, self.ending = threading.Event(), threading.Event()
        self.starting = threading.Lock()
        self.thread: threading.Thread | None = None
        self.not_before = self.next_beat = 0.0  # on the monotonic clock
        if self.spool is not None:
            self.spool.forget()

    def start(self) -> None:
        with self.starting:
            if self.thread is None:
                thread = threading.Thread(target=self.keep_on, name="seatwise.recorder", daemon=True)
                thread.start()
                self.thread = thread

    def put(self, line: bytes) -> bool:
        """Have a line sent soon; False where too many wait, which is counted."""
        if len(self.waiting) >= self.most:
            self.drop(1)
            return False
        self.waiting.append(line)
        if not self.wake.is_set():
            self.wake.set()
        return True

    def drop(self, how_many: int) -> None:
        if not self.dropped:
            logger.error("Requests are not recorded, because too many wait to be sent.")
        self.dropped += how_many

    def keep_on(self) -> None:
        """Send what waits, and heartbeats, until told to end."""
        ending = self.ending
        while not ending.is_set():
            rest = self.rest()
            if rest > 0 and self.wake.wait(rest):
                ending.wait(PAUSE)
            self.wake.clear()
            self.turn()
        self.turn()

    def rest(self) -> float:
        """The seconds until there is something to do if no request comes."""
        return (self.not_before if self.trouble else self.next_beat) - time.monotonic()

    def turn(self) -> None:
        """Send what waits, then what the spool holds; what cannot be sent goes into the spool, or waits on."""
        try:
            if time.monotonic() >= self.not_before or self.ending.is_set():
                self.send_all()
            else:
                self.put_by()
        except Unreachable as error:
            self.not_before = time.monotonic() + max(self.waits, min(error.seconds, LONGEST_WAIT))
            self.waits = min(2 * self.waits, LONGEST_WAIT)
            self.say(str(error))
            self.put_by()
        except Exception as error:
            self.not_before = time.monotonic() + LONGEST_WAIT
            self.say(f"{type(error).__name__}: {error}")

    def send_all(self) -> None:
        while self.fill():
            self.deliver_or_drop(self.batch)
            self.batch = []
        if self.spool is not None:
            for lines in self.spool.batches():
                self.deliver_or_drop(lines)
        if time.monotonic() >= self.next_beat:
            self.deliver([])
            self.next_beat = time.monotonic() + HEARTBEAT
        if self.trouble or self.dropped:
            logger.warning("Requests are recorded again; %s of them were lost.", self.dropped)
        self.trouble, self.dropped, self.waits = "", 0, SHORTEST_WAIT

    def fill(self) -> list[bytes]:
        """The batch that is to be delivered next: the last one, if that failed."""
        while self.waiting and len(self.batch) < BATCH:
            self.batch.append(self.waiting.popleft())
        return self.batch

    def deliver_or_drop(self, lines: list[bytes]) -> None:
        try:
            self.deliver(lines)
        except Refused as error:
            self.say(f"{len(lines)} lines were refused: {error}")
            self.dropped += len(lines)

    def put_by(self) -> None:
        """Move what waits into the spool. Without one it waits on, in memory."""
        while self.spool is not None and self.fill():
            try:
                is_kept = self.spool.add(self.batch)
            except OSError as error:
                self.say(f"the spool cannot be written to: {error}")
                return
            if not is_kept:
                self.drop(len(self.batch))
            self.batch = []

    def say(self, trouble: str) -> None:
        """Log a trouble once, until it is over or becomes another."""
        if trouble != self.trouble:
            self.trouble = trouble
            logger.warning("Requests wait to be recorded: %s", trouble)

    def close(self, seconds: float) -> None:
        """Send what waits, for so many seconds at most; the rest goes into the spool, or is lost, which is said."""
        if self.thread is None:
            return
        self.ending.set()
        self.wake.set()
        self.thread.join(seconds)
        self.put_by()
        if lost := self.dropped + len(self.waiting) + len(self.batch):
            logger.error("%s recorded requests were lost, because Seatwise was not reached in time.", lost)
        self.begin_anew()


def begin_anew_after_fork() -> None:
    for sender in list(senders):
        sender.begin_anew()


def close_at_exit() -> None:
    for sender in list(senders):
        sender.close(AT_EXIT)


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=begin_anew_after_fork)
atexit.register(close_at_exit)
