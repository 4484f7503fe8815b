"""The threads in which Django runs: few, each with a connection to the database of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from seatwise.server import limits

T = TypeVar("T")


class Busy(Exception):
    """No thread became free in time, or too many wait for one."""


class Threads:
    """Runs functions in a thread, one after the other as they came. For one event loop."""

    def __init__(self, count: int = limits.THREADS) -> None:
        self.free = asyncio.Semaphore(count)
        self.pool = ThreadPoolExecutor(count, thread_name_prefix="seatwise-site")
        self.waiting: dict[object, float] = {}  # since when each waits, the first one first

    async def run(self, work: Callable[[], T]) -> T:
        """Its result. Raises Busy, and what it raises."""
        loop = asyncio.get_running_loop()
        if self.free.locked():
            await self._wait()
        else:
            await self.free.acquire()
        done = loop.run_in_executor(self.pool, work)
        done.add_done_callback(self._free)  # when the work ends, also where nobody waits for it any more
        return await asyncio.shield(done)

    async def _wait(self) -> None:
        if len(self.waiting) >= limits.WAITING:
            raise Busy
        place = object()
        self.waiting[place] = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(limits.WAITING_SECONDS):
                await self.free.acquire()
        except TimeoutError:
            raise Busy from None
        finally:
            del self.waiting[place]

    def _free(self, done: "asyncio.Future[T]") -> None:
        self.free.release()
        if not done.cancelled():
            done.exception()  # looked at, where nobody waits for it any more

    def kept_waiting(self) -> float:
        """For how many seconds the first of those who wait has been waiting."""
        first = next(iter(self.waiting.values()), None)
        return 0.0 if first is None else asyncio.get_running_loop().time() - first
