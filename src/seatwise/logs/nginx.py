"""Reading an nginx `log_format`: its string, or the whole statement as it stands in the configuration."""

import contextlib
import re

from seatwise.logs.escapes import BY_JSON, BY_SERVER, RAW
from seatwise.logs.fields import QUERY, Field, FormatError, Piece
from seatwise.logs.notices import FormatCode

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
_STATEMENT = re.compile(r"(?:^|[\s;{}])log_format\s+\S+\s+(?:escape=(\w+)\s+)?")
_TOKEN = re.compile(
    r"""\s*(?:(?P<end>;)|\#[^\n]*|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(?P<bare>[^\s;'"\#][^\s;]*))""", re.DOTALL
)

ESCAPES = {"json": BY_JSON, "none": RAW}


def strings_in(text: str, at: int) -> tuple[str, bool]:
    """The strings of a statement from `at` to its end, joined, comments left out; and whether some have no quotes."""
    found, bare = [], False
    while token := _TOKEN.match(text, at):
        at = token.end()
        if token["end"]:
            break
        found.append(token[2] or token[3] or token["bare"] or "")
        bare = bare or token["bare"] is not None
    else:
        if text[at:].strip():  # a quote that is not closed
            raise FormatError(FormatCode.NO_STRING)
    return re.sub(r"""\\(['"\\])""", r"\1", "".join(found)), bare


def parse_nginx(text: str) -> tuple[list[Piece], int]:
    """The pieces of a log_format, and how its values are escaped: its string, its strings, or the whole statement."""
    escapes = BY_SERVER
    if statement := _STATEMENT.search(text):
        escapes = ESCAPES.get(statement[1], BY_SERVER)
        text, _ = strings_in(text, statement.end())
    elif text.startswith("log_format"):
        raise FormatError(FormatCode.NO_STRING)
    elif text[:1] == "'" or (text[:1] == '"' and "\n" in text):
        with contextlib.suppress(FormatError):
            joined, bare = strings_in(text, 0)
            text = text if bare else joined
    pieces: list[Piece] = []
    at = 0
    for found in _VARIABLE.finditer(text):
        name = found[1] or found[2]
        pieces += [text[at : found.start()], ROLE_OF.get(name, Field("$" + name))]
        at = found.end()
    pieces.append(text[at:])
    return pieces, escapes
