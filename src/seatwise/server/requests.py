"""From a request as ASGI has it to one as WSGI has it. Only what is named here can become part of it."""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

Environ = dict[str, Any]

_NAME = re.compile(rb"[a-z0-9!#$%&'*+.^`|~-]+\Z")  # a token (RFC 9110, 5.6.2) without capitals and underscores
_OF_THE_CONNECTION = {"connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
# Where the site is, who somebody is and which program is used is not for a client to say.
_NOT_FOR_CLIENTS = {
    "path-info",
    "path-translated",
    "proxy",
    "query-string",
    "remote-addr",
    "remote-user",
    "request-uri",
    "script-name",
    "x-forwarded-path",
    "x-forwarded-prefix",
    "x-original-uri",
    "x-original-url",
    "x-rewrite-url",
    "x-script-name",
}
_ONCE = {"CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_HOST"}


class UnusableRequest(Exception):
    """A request that means different things to different readers."""


def environ_of(scope: Mapping[str, Any]) -> Environ:
    """The WSGI environ, without its body. SCRIPT_NAME is always empty. Raises UnusableRequest."""
    path = unquote_to_bytes(scope["raw_path"])
    if not path.startswith(b"/"):
        raise UnusableRequest
    host, port = scope["server"]
    client, client_port = scope["client"]
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.0" if scope["http_version"] in ("1", "1.0") else "HTTP/1.1",
        "REMOTE_ADDR": client,
        "REMOTE_PORT": str(client_port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    _put_headers(environ, scope["headers"])
    return environ


@functools.lru_cache(256)  # programs send the same ones again and again
def _key_of(raw: bytes) -> str | None:
    """What a header is called in an environ; None for one that does not become part of it."""
    name = raw.decode("latin-1").lower()
    if not _NAME.match(raw.lower()) or name in _OF_THE_CONNECTION or name in _NOT_FOR_CLIENTS:
        return None
    if name.startswith("x-seatwise"):
        return None
    plain = name.upper().replace("-", "_")
    return plain if name in ("content-length", "content-type") else f"HTTP_{plain}"


def _put_headers(environ: Environ, headers: Iterable[tuple[bytes, bytes]]) -> None:
    chunked = False
    for raw, value in headers:
        key = _key_of(raw)
        if key is None:
            chunked = chunked or raw.lower() == b"transfer-encoding"
            continue
        if key == "HTTP_HOST" and not value:
            continue
        text = value.decode("latin-1")
        if key not in environ:
            environ[key] = text
        elif key in _ONCE:
            if environ[key] != text or key == "HTTP_HOST":
                raise UnusableRequest
        else:
            environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + text
    if chunked and "CONTENT_LENGTH" in environ:
        raise UnusableRequest
    if not environ.get("CONTENT_LENGTH", "0").isdecimal():
        raise UnusableRequest
    environ["seatwise.has_body"] = chunked or int(environ.get("CONTENT_LENGTH", "0")) > 0


def says_length(environ: Mapping[str, Any]) -> int | None:
    """How long the body is, where the client said so."""
    return int(environ["CONTENT_LENGTH"]) if "CONTENT_LENGTH" in environ else None
