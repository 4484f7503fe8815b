"""The fields of a format of text: what each is for, and which of several is taken."""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from seatwise.lib.notices import Notice, Unusable
from seatwise.logs.notices import FormatCode


class FormatError(Unusable, ValueError):
    """A format that cannot be used; the notice says why and what is expected."""


@dataclass(frozen=True)
class Field:
    """One variable of a format. `role` is what it is for, or "" if its text is skipped; the lowest `rank` is taken.

    `least` is the number of bytes its text has at least; a separator is not looked for within them.
    """

    name: str
    role: str = ""
    rank: int = 0
    least: int = 0


Piece = Field | str  # a field, or the text that stands between two fields

ROLES = ("login", "time", "date", "clock", "request", "method", "uri", "path", "status", "host")
QUERY = "query"  # the role of what follows a path and is cut off with it


def canonical(name: str) -> str:
    """What different ways of writing one variable or header have in common: X-User, $http_x_user, %{X-User}i."""
    bare = re.sub(r"^\$?\{?|\}$", "", name.strip())
    wrapped = re.search(r"[({]([^)}]+)[)}]", bare)
    bare = (wrapped[1] if wrapped else bare.lstrip("%")).lower().replace("-", "_")
    return re.sub(r"^(sent_http_|upstream_http_|http_)", "", bare)


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """Pieces with neighbouring texts joined and a query joined to the path it follows."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if isinstance(piece, str):
            if isinstance(last, str):
                found[-1] = last + piece
            elif piece:
                found.append(piece)
        elif piece.role == QUERY and isinstance(last, Field) and last.role in ("uri", "path"):
            found[-1] = replace(last, role="uri")
        else:
            found.append(piece)
    return found


def assign(
    pieces: Iterable[Piece], login_field: str | None, *, without_login: bool = False, without_date: bool = False
) -> tuple[Piece, ...]:
    """The pieces with each role given to one field at most; FormatError if a line could not be judged by them.

    `without_login`: lines that name no user can be judged, too; they are nobody's. `without_date`: their date is known.
    """
    found = merged(pieces)
    fields = [piece for piece in found if isinstance(piece, Field)]
    if login_field is not None:
        fields = [replace(field, role="") if field.role == "login" else field for field in fields]
        wanted = canonical(login_field)
        at = next((i for i, field in enumerate(fields) if canonical(field.name) == wanted), None)
        if at is not None:
            fields[at] = replace(fields[at], role="login", rank=0)
        elif not without_login:
            names = ", ".join(field.name for field in fields)
            code = FormatCode.NO_SUCH_FIELD if names else FormatCode.NO_FIELDS
            raise FormatError(code, field=login_field, names=names)
    taken = {role: min((f.rank for f in fields if f.role == role), default=None) for role in ROLES}
    if taken["request"] is not None:
        taken["method"] = taken["uri"] = taken["path"] = None
    elif taken["uri"] is not None:
        taken["path"] = None
    given = {"login": without_login, "date": without_date}
    require(role for role, rank in taken.items() if rank is not None or given.get(role))
    chosen: list[Piece] = []
    rest = iter(fields)
    for piece in found:
        if isinstance(piece, str):
            chosen.append(piece)
            continue
        field = next(rest)
        if field.role and field.role != QUERY and taken.get(field.role) == field.rank:
            taken[field.role] = None
            chosen.append(field)
        else:
            chosen.append(replace(field, role=""))
    check_separated(chosen)
    return tuple(chosen)


def require(roles: Iterable[str]) -> None:
    """Refuse a format that lacks what every judgement needs."""
    present = set(roles)
    missing = []
    if "login" not in present:
        missing.append(FormatCode.THE_LOGIN)
    if "time" not in present and not {"date", "clock"} <= present:
        missing.append(FormatCode.THE_TIME)
    if "request" not in present and not ("method" in present and {"uri", "path"} & present):
        missing.append(FormatCode.THE_REQUEST)
    if "status" not in present:
        missing.append(FormatCode.THE_STATUS)
    if missing:
        raise FormatError(FormatCode.LACKS, missing=[Notice(code) for code in missing])


def check_separated(pieces: list[Piece]) -> None:
    """Refuse two fields with nothing between them, but a path behind a host."""
    for before, after in itertools.pairwise(pieces):
        if isinstance(before, Field) and isinstance(after, Field) and after.role not in ("uri", "path"):
            raise FormatError(FormatCode.NOTHING_BETWEEN, before=before.name, after=after.name)
