"""The site's processes: `python -m seatwise.server HOST:PORT PROCESSES`. `seatwise serve` starts it."""

import resource
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels

from seatwise.server import limits, listening

FILES = 65_536  # open files that are asked for; fewer do, for fewer connections


def allow_files() -> int:
    """Raise the number of files that this process and its children may have open as far as it goes; that number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    for number in (wanted, 10_240):  # the most of macOS, which says "no limit"
        if number <= soft:
            break
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
        except (OSError, ValueError):
            continue
        return number
    return soft


def main(bind: str, processes: int) -> None:
    try:
        host, port = listening.split(bind)
        listening.refuse_if_taken(bind)
    except listening.CannotListen as error:
        raise SystemExit(str(error)) from None
    Granian(
        "seatwise.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        runtime_mode=RuntimeModes.st,  # a twelfth less processor time for a question to the gate
        workers=processes,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        backpressure=min(limits.CONNECTIONS, allow_files() // limits.FILES_PER_CONNECTION),
        http1_settings=HTTP1Settings(
            header_read_timeout=limits.HEADER_SECONDS * 1000, max_buffer_size=limits.HEADER_BYTES
        ),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=limits.STOPPING_SECONDS,
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
