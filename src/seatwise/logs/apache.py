"""Reading an Apache `LogFormat`: its string, or the whole statement as it stands in the configuration."""

import re

from seatwise.logs.fields import QUERY, Field, FormatError, Piece
from seatwise.logs.notices import FormatCode

ROLE_OF = {
    "u": ("login", 0, 0),
    "r": ("request", 0, 0),
    "m": ("method", 0, 0),
    "U": ("path", 0, 0),
    "q": (QUERY, 0, 0),
    "s": ("status", 1, 0),
    ">s": ("status", 0, 0),
    "<s": ("status", 2, 0),
    "V": ("host", 1, 0),
    "v": ("host", 2, 0),
}
_DIRECTIVE = re.compile(r"%(?:!?\d+(?:,\d+)*)?([<>]?)(?:\{([^}]*)\})?(\^FU|\^FB|\^t[io]|[A-Za-z%])")
_STATEMENT = re.compile(
    r"""(?:^|\n)\s*(?:LogFormat|CustomLog\s+(?:"(?:[^"\\]|\\.)*"|\S+)|TransferLog)\s+"""
    r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""",
    re.DOTALL | re.IGNORECASE,
)
_GUNICORN = re.compile(r"%\((\{[^}]*\}[ioe]|[A-Za-z])\)s")
_JAVA = re.compile(r"(\[?)([-dMyHhmsSZzX/:.,' T]+)(?:\|[^\]|]*)*(\]?)")  # Tomcat's and Jetty's SimpleDateFormat
_OF_JAVA = {
    "yyyy": "%Y",
    "MMM": "%b",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "SSS": "msec_frac",
    **dict.fromkeys(("Z", "ZZZ", "X", "XX", "XXX"), "%z"),
}
_ESCAPE = re.compile(r"\\(.)")
_FRACTION = r"(?:[.,](?:msec_frac|usec_frac))?"
_TIME_PATTERNS = (
    (re.compile(rf"%d/%b/%Y[: ]%H:%M:%S{_FRACTION}( ?%z)?"), 20),
    (re.compile(rf"%Y-%m-%d[T ]%H:%M:%S{_FRACTION}( ?%z|Z)?"), 19),
    (re.compile(rf"%Y/%m/%d[T ]%H:%M:%S{_FRACTION}( ?%z)?"), 19),
    (re.compile(r"%a %b %[de] %H:%M:%S %Y"), 24),
    (re.compile(rf"(?:%s|sec){_FRACTION}|msec|usec"), 1),
)


def parse_apache(text: str) -> list[Piece]:
    statement = _STATEMENT.search(text)
    if statement is not None:
        text = statement[1] or statement[2]
    text = _GUNICORN.sub(r"%\1", text)
    text = _ESCAPE.sub(lambda m: {"t": "\t", "n": "\n"}.get(m[1], m[1]), text)
    pieces: list[Piece] = []
    at = 0
    for found in _DIRECTIVE.finditer(text):
        pieces.append(text[at : found.start()])
        pieces += directive(found[1], found[2], found[3])
        at = found.end()
    pieces.append(text[at:])
    return join_times(pieces)


def directive(modifier: str, argument: str | None, letter: str) -> list[Piece]:
    """The pieces that one directive stands for."""
    if letter == "%":
        return ["%"]
    if letter == "t" and argument is None:
        return ["[", Field("%t", "time", 0, 26), "]"]
    if letter == "t":
        return [Field(str(argument), "pattern")]
    if letter == "i" and argument is not None and argument.lower() == "host":
        return [Field("%{Host}i", "host", 0)]
    role, rank, least = ROLE_OF.get(modifier + letter, ROLE_OF.get(letter, ("", 0, 0)))
    if letter in "ioC" and argument is not None and argument.lower() == "x-ausername":
        role, rank = "login", 1  # Confluence, Jira, Bitbucket
    elif argument is not None and letter != "s":
        role = ""
    name = f"%{modifier}{{{argument}}}{letter}" if argument is not None else f"%{modifier}{letter}"
    return [Field(name, role, rank, least)]


def join_times(pieces: list[Piece]) -> list[Piece]:
    """The pieces with each row of %{…}t directives, and what stands between them, made one field for the time."""
    found: list[Piece] = []
    for piece in pieces:
        if piece == "":
            continue
        if isinstance(piece, Field) and piece.role == "pattern":
            before = found[-1] if found else ""
            earlier = found[-2] if len(found) > 1 else ""
            if isinstance(before, Field) and before.role == "pattern":
                found[-1] = Field(before.name + piece.name, "pattern")
                continue
            if isinstance(earlier, Field) and earlier.role == "pattern" and before in (".", ",", " ", "T"):
                found[-2:] = [Field(earlier.name + str(before) + piece.name, "pattern")]
                continue
        found.append(piece)
    return [part for piece in found for part in time_pieces(piece)]


def of_java(pattern: str) -> str:
    """A pattern of Java's dates as one of strftime; others as they are."""
    found = _JAVA.fullmatch(pattern)
    if found is None or pattern in ("msec", "usec", "sec"):
        return pattern
    return re.sub(r"'([^']*)'|([A-Za-z])\2*", lambda m: m[1] if m[2] is None else _OF_JAVA.get(m[0], m[0]), found[2])


def time_pieces(piece: Piece) -> list[Piece]:
    """A pattern of strftime as the field for the time, with the brackets around it; other pieces as they are."""
    if not isinstance(piece, Field) or piece.role != "pattern":
        return [piece]
    pattern = piece.name.replace("begin:", "").replace("end:", "").replace("%T", "%H:%M:%S").replace("%F", "%Y-%m-%d")
    opening = "[" if pattern.startswith("[") else ""
    closing = "]" if pattern.endswith("]") else ""
    pattern = of_java(pattern.strip("[]"))
    for known, least in _TIME_PATTERNS:
        if known.fullmatch(pattern):
            least += 6 if " %z" in pattern else 0
            return [opening, Field(f"%{{{piece.name}}}t", "time", 0, least), closing]
    raise FormatError(FormatCode.NO_TIME, pattern=piece.name)
