"""Reading an nginx `log_format`: its string, or the whole statement as it stands in the configuration."""

import re

from seatwise.logs.fields import QUERY, Field, FormatError, Piece
from seatwise.logs.notices import FormatCode
from seatwise.logs.scan import BY_JSON, BY_SERVER, RAW

ROLE_OF = {
    "remote_user": Field("$remote_user", "login"),
    "time_local": Field("$time_local", "time", 0, 26),
    "time_iso8601": Field("$time_iso8601", "time", 1, 19),
    "msec": Field("$msec", "time", 2),
    "request": Field("$request", "request"),
    "request_method": Field("$request_method", "method"),
    "request_uri": Field("$request_uri", "uri"),
    "uri": Field("$uri", "path", 0),
    "document_uri": Field("$document_uri", "path", 1),
    "is_args": Field("$is_args", QUERY),
    "args": Field("$args", QUERY),
    "query_string": Field("$query_string", QUERY),
    "status": Field("$status", "status"),
    "host": Field("$host", "host", 0),
    "http_host": Field("$http_host", "host", 1),
    "server_name": Field("$server_name", "host", 2),
}
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_STATEMENT = re.compile(r"^log_format\s+\S+\s+(?:escape=(\w+)\s+)?(.*?);?\s*$", re.DOTALL)
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+)""", re.DOTALL)


ESCAPES = {"json": BY_JSON, "none": RAW}


def parse_nginx(text: str) -> tuple[list[Piece], int]:
    """The pieces of a log_format, and how its values are escaped."""
    escapes = BY_SERVER
    if text.startswith("log_format"):
        statement = _STATEMENT.match(text)
        if statement is None:
            raise FormatError(FormatCode.NO_STRING)
        escapes = ESCAPES.get(statement[1], BY_SERVER)
        text = "".join(single or double or bare for single, double, bare in _QUOTED.findall(statement[2]))
        text = re.sub(r"""\\(['"\\])""", r"\1", text)
    pieces: list[Piece] = []
    at = 0
    for found in _VARIABLE.finditer(text):
        name = found[1] or found[2]
        pieces += [text[at : found.start()], ROLE_OF.get(name, Field("$" + name))]
        at = found.end()
    pieces.append(text[at:])
    return pieces, escapes
