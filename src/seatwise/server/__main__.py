"""The site's processes: `python -m seatwise.server HOST:PORT PROCESSES`. `seatwise serve` starts it."""

import resource
import socket
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from seatwise.server import limits

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


def split(bind: str) -> tuple[str, int]:
    """HOST:PORT as host and port. Raises ValueError."""
    host, _, port = bind.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def refuse_if_taken(host: str, port: int) -> None:
    """End with a message where somebody listens already: granian would share the port with them. Raises SystemExit."""
    family, *_others, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family) as trying:
        trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trying.bind(address)
        except OSError as error:
            raise SystemExit(
                f"Seatwise cannot listen on {host}:{port}: {error.strerror}. Is it being served already? "
                "End that first, or give another --bind. Nothing was started."
            ) from None


def main(bind: str, processes: int) -> None:
    host, port = split(bind)
    refuse_if_taken(host, port)
    Granian(
        "seatwise.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
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
