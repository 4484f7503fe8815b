"""Reading a format that somebody named or wrote down.

A format is written as an nginx `log_format`, an Apache `LogFormat`, a map of JSON names (`json:time=ts,user=user_id,…`)
or a name (`named_formats`). Sources: nginx ngx_http_log_module and ngx_http_core_module; Apache mod_log_config; W3C
Working Draft "Extended Log File Format"; Caddy "log" directive; Traefik "Access Logs".
"""

import re
from dataclasses import dataclass

from seatwise.logs.apache import parse_apache
from seatwise.logs.escapes import BY_JSON, BY_SERVER, RAW
from seatwise.logs.fields import Field, FormatError, Piece, assign
from seatwise.logs.jsonmap import JsonMap, parse_json_map
from seatwise.logs.named_formats import NAMED
from seatwise.logs.nginx import parse_nginx
from seatwise.logs.notices import FormatCode
from seatwise.logs.w3c import w3c_pieces

AUTO = "auto"
_ENTITY = re.compile(r"&(?:quot|apos|lt|gt|amp|#3[49]);")


@dataclass(frozen=True)
class Format:
    """A format ready to be compiled: pieces of text or a map of names."""

    name: str  # as given: a name, or what was written down
    pieces: tuple[Piece, ...] = ()
    json: JsonMap | None = None
    escapes: int = BY_SERVER
    assumed: int = -1  # the status of every line, where none is logged
    quotes: bool = True  # whether a quote behind a backslash ends no field
    directives: bool = False  # lines that begin with # say what follows (W3C)
    date: tuple[int, int] | None = None  # of lines without one: the epoch day and second of a #Date before them
    log_zone: str | None = None  # of times without an offset, where the format says so
    login_field: str | None = None

    @property
    def has_host(self) -> bool:
        """Whether its lines name the host that was asked for."""
        if self.json is not None:
            return "host" in self.json
        return any(isinstance(piece, Field) and piece.role == "host" for piece in self.pieces)


def as_written(text: str) -> str:
    """A format as its server reads it, where it was copied from XML: a `pattern="…"`, quotes as `&quot;`."""
    attribute = re.search(r"""\bpattern=(["'])(.*?)\1""", text, re.DOTALL)
    if attribute is not None:
        named = NAMED.get(attribute[2])
        text = named.definition if named else attribute[2]
    if _ENTITY.search(text) is None:
        return text
    import html  # noqa: PLC0415 - slow to import, and hardly ever needed

    return html.unescape(text)


def parse_format(text: str, login_field: str | None = None) -> Format:
    """The format that `text` names or writes down; FormatError says what is wrong with it and what is expected.

    `login_field` names the variable, header or key that holds the login, where it is not the usual one.
    """
    text = text.strip()
    definition = NAMED[text].definition if text in NAMED else as_written(text)
    if definition.startswith(("json:", "logfmt:", "ltsv:")):  # pairs are read as JSON (wrappers.logfmt, .ltsv)
        names, assumed = parse_json_map(definition.partition(":")[2], login_field)
        return Format(text, json=names, escapes=BY_JSON, assumed=assumed, login_field=login_field)
    if definition.startswith("w3c:"):
        pieces = w3c_pieces(definition[4:].split())
        return Format(
            text,
            assign(pieces, login_field),
            escapes=RAW,
            quotes=False,
            directives=True,
            log_zone="UTC",
            login_field=login_field,
        )
    if "$" in definition:
        pieces, escapes = parse_nginx(definition)
        quotes = escapes != RAW
        return Format(text, assign(pieces, login_field), escapes=escapes, quotes=quotes, login_field=login_field)
    if "%" in definition:
        escapes = NAMED[text].escapes if text in NAMED else RAW if "%(" in definition else BY_SERVER
        parts = assign(parse_apache(definition), login_field)
        return Format(text, parts, escapes=escapes, quotes=escapes != RAW, login_field=login_field)
    raise FormatError(FormatCode.UNKNOWN, text=text, names=", ".join(NAMED))
