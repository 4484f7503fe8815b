"""Keeping what a block of code connects to away from this machine and its network, whatever library connects.

Python's audit events (PEP 578) come after a name was looked up and before anything is sent. So a name that leads
somewhere else the second time, and an address that redirects, reach nothing that could not have been entered.
"""

import contextlib
import ipaddress
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# In these an IPv4 address is written down, which a gateway connects to (RFC 6052, RFC 3056).
GATEWAYS = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))
CONNECTS = ("socket.connect", "socket.sendto", "socket.sendmsg")
STARTS_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty")


class NotAllowed(ConnectionError):
    """An address that must not be reached."""


@dataclass(frozen=True)
class Rule:
    """What may be reached: the networks of `allowed`, and where `public` all that is reached through the internet."""

    allowed: Sequence[Network]
    public: bool = True

    def allows(self, host: object) -> bool:
        """Whether an address, as text, may be connected to. Names are not looked up: they are refused."""
        try:
            address = ipaddress.ip_address(str(host).partition("%")[0])
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        if any(address in network for network in self.allowed):
            return True
        hidden = address.is_multicast or any(address in network for network in GATEWAYS)
        return self.public and address.is_global and not hidden


_here = threading.local()
_install = threading.Lock()
_is_installed = False


@contextlib.contextmanager
def held_to(rule: Rule) -> Iterator[None]:
    """Within the block, this thread connects to nothing that the rule does not allow, and starts no program.

    What it tries raises NotAllowed, an OSError. The proxies that the environment names may be reached (HTTPS_PROXY):
    where there is one, it decides what is behind it.
    """
    global _is_installed
    with _install:
        if not _is_installed:
            sys.addaudithook(_look)
            _is_installed = True
    before = getattr(_here, "rule", None)
    _here.rule = Rule((*rule.allowed, *_proxies()), rule.public)
    try:
        yield
    finally:
        _here.rule = before


def _proxies() -> Iterator[Network]:
    for scheme, proxy in urllib.request.getproxies().items():
        if scheme in ("http", "https", "all") and (host := urlsplit(proxy).hostname):
            with contextlib.suppress(OSError):
                for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
                    yield ipaddress.ip_network(str(found[4][0]).partition("%")[0])


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    rule: Rule | None = getattr(_here, "rule", None)
    if rule is None:
        return
    if event in CONNECTS:
        address = arguments[1]
        if not (isinstance(address, tuple) and rule.allows(address[0])):
            raise NotAllowed(f"{address[0] if isinstance(address, tuple) else address} must not be reached")
    elif event in STARTS_PROGRAMS:
        raise NotAllowed("no program is started here")
