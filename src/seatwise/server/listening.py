"""Where the site listens, and whether somebody listens there already."""

import errno
import socket


class CannotListen(Exception):
    """Nothing can listen there. The message says where, why, and what next."""


def split(bind: str) -> tuple[str, int]:
    """HOST:PORT, or a port of this machine, as host and port. Raises CannotListen."""
    host, _, port = bind.rpartition(":")
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65_536):
        raise CannotListen(f"{bind!r} is no place to listen (expected one such as 127.0.0.1:8000). Nothing was done.")
    return host.strip("[]") or "127.0.0.1", int(port)


def refuse_if_taken(bind: str) -> None:
    """Granian would share the port with whoever listens there already. Raises CannotListen."""
    host, port = split(bind)
    try:
        family, *_others, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as trying:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trying.bind(address)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "the port is taken. Is Seatwise being served already?" if taken else f"{error.strerror}."
        other = port + 100 if port < 65_000 else 8100
        free = f"[{host}]:{other}" if ":" in host else f"{host}:{other}"
        raise CannotListen(
            f"Seatwise cannot listen on {host}:{port}: {why} End that first, or choose another port: "
            f"--bind {free} (make demo PORT={other}). Nothing was done."
        ) from None
