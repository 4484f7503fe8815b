"""Reading the directives of a W3C extended log, as IIS writes it. Source: W3C WD-logfile-960323."""

import re
from collections.abc import Sequence

from seatwise.logs.fields import Field, Piece

DEFAULT_FIELDS = (
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
    "sc-status sc-substatus sc-win32-status time-taken"
).split()

DIRECTIVE = re.compile(rb"#(version|fields|software|start-date|end-date|date|remark):", re.IGNORECASE)
ROLE_OF = {
    "date": ("date", 0, 10),
    "date-local": ("date", 1, 10),
    "time": ("clock", 0, 8),
    "time-local": ("clock", 1, 8),
    "cs-username": ("login", 0, 0),
    "cs-method": ("method", 0, 0),
    "cs-uri-stem": ("uri", 0, 0),
    "cs-uri": ("uri", 1, 0),
    "sc-status": ("status", 0, 0),
    "cs-host": ("host", 0, 0),
    "cs(host)": ("host", 1, 0),
    "s-computername": ("host", 2, 0),
}


def w3c_pieces(names: Sequence[str]) -> list[Piece]:
    """The pieces of a line with these fields, one space between two of them."""
    pieces: list[Piece] = []
    for name in names:
        role, rank, least = ROLE_OF.get(name.lower(), ("", 0, 0))
        pieces += [" ", Field(name, role, rank, least)] if pieces else [Field(name, role, rank, least)]
    return pieces


def fields_of(line: bytes) -> list[str] | None:
    """The names that a `#Fields:` directive lists, or None if the line is not one."""
    if line[:8].lower() != b"#fields:":
        return None
    return line[8:].decode("ascii", "replace").split()


def is_directive(line: bytes) -> bool:
    """Whether a line is a directive of the draft, and no comment of something else."""
    return DIRECTIVE.match(line) is not None


def date_of(line: bytes) -> bytes | None:
    """The date and time that a `#Date:` directive says, or None if the line is not one."""
    return line[6:].strip() if line[:6].lower() == b"#date:" else None
