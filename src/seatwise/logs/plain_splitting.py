"""Taking a line apart in plain Python: by literals and fields, by blanks, or as JSON."""

import re
from collections.abc import Sequence

from seatwise.logs.fields import Field, Piece
from seatwise.logs.formats import Format
from seatwise.logs.json_tree import Tree, roles_in
from seatwise.logs.plain_times import MONTHS

Fields = dict[str, bytes]  # role → the bytes of the field

_BLANKS = re.compile(rb"[ \t]*")
_W3C = re.compile(rb'"((?:[^"]|"")*)"(?![^ \t])|([^" \t][^ \t]*)')
_BARE_REQUEST = re.compile(rb"-(?= )|[A-Z_-]+(?: .*?)?? HTTP/(?=.)", re.DOTALL)
_LOOKS_LIKE_A_TIME = re.compile(
    rb"""(?=.{10})(?:...[ ,](?:%b|....(?:%b))
    |(?!...[ ,])\d\d(?:/.{3}/
    |(?!/)(?:..(?P<mark>[-/])..(?P=mark)
    |(?!..[-/])(?:[ ](?:%b)
    |(?![ ])(?:\d{6}T|(?!.{6}T)\d{8})))))"""
    % (("|".join(MONTHS).encode(),) * 3),
    re.DOTALL | re.VERBOSE,
)


class DoesNotFit(Exception):
    """The line stops fitting its format at this position."""

    def __init__(self, at: int) -> None:
        self.at = at


def split_w3c(line: bytes, form: Format) -> Fields:
    """The fields of a line that blanks separate; a string in quotes may hold some, and its quotes doubled."""
    found: Fields = {}
    at = 0
    for piece in form.pieces:
        if not isinstance(piece, Field):
            continue
        at = past_blanks(line, at)
        value = _W3C.match(line, at)
        if value is None:
            raise DoesNotFit(at)
        if piece.role:
            found[piece.role] = value[1] if value[2] is None else value[2]
        at = value.end()
    at = past_blanks(line, at)
    if at < len(line):
        raise DoesNotFit(at)
    return found


def past_blanks(line: bytes, at: int) -> int:
    """Where something else than a blank stands."""
    blanks = _BLANKS.match(line, at)
    assert blanks is not None
    return blanks.end()


def split_text(line: bytes, form: Format) -> Fields:
    """The fields of a line of text."""
    pieces = list(form.pieces)
    found: Fields = {}
    at = 0
    for i, piece in enumerate(pieces):
        if isinstance(piece, str):
            if not line.startswith(piece.encode(), at):
                raise DoesNotFit(at)
            at += len(piece.encode())
            continue
        stop = end_of_field(line, at, piece, pieces[i + 1 : i + 3], quotes=form.quotes)
        if stop is None:
            raise DoesNotFit(at)
        if piece.role:
            found[piece.role] = line[at:stop]
        at = stop
    if at < len(line):
        raise DoesNotFit(at)
    return found


def end_of_field(line: bytes, at: int, piece: Field, after: Sequence[Piece], *, quotes: bool) -> int | None:
    """Where a field ends: before the first text that follows it in the format and is not escaped."""
    if not after:
        return len(line)
    if isinstance(after[0], Field):
        slash = line.find(b"/", at)
        return slash if slash >= 0 else len(line)
    text = after[0].encode()
    first = at + piece.least
    if piece.role == "request" and text.startswith(b" "):
        bare = _BARE_REQUEST.match(line, first)
        if bare is None:
            return None
        first = bare.end()
    before_time = len(after) > 1 and isinstance(after[1], Field) and after[1].role == "time"
    while (stop := line.find(text, first)) >= 0:
        first = stop + 1
        if quotes and text.startswith(b'"') and is_escaped(line, at, stop):
            continue
        if before_time and _LOOKS_LIKE_A_TIME.match(line, stop + len(text)) is None:
            continue
        return stop
    return None


def is_escaped(line: bytes, start: int, at: int) -> bool:
    """Whether an odd number of backslashes stands before this position, none looked for before `start`."""
    first = at
    while first > start and line[first - 1] == ord("\\"):
        first -= 1
    return (at - first) % 2 == 1


class JsonLine:
    """One line of JSON by a tree of names.

    Looked at strictly: the brackets, commas, colons and strings on the way to wanted names, and what follows the
    object. Within what is skipped only strings and brackets count; a bare word may be any.
    """

    STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
    BARE = re.compile(rb'[^,}\] \t\r":{\[]+')
    SPACE = re.compile(rb"[ \t\r]*")

    def __init__(self, line: bytes) -> None:
        self.line, self.at = line, 0
        self.found: Fields = {}

    def space(self) -> None:
        """Pass over white space."""
        blanks = self.SPACE.match(self.line, self.at)
        assert blanks is not None
        self.at = blanks.end()

    def peek(self) -> bytes:
        """The next byte."""
        return self.line[self.at : self.at + 1]

    def take(self, expected: bytes) -> None:
        """Pass over this byte and white space."""
        if self.peek() != expected:
            raise DoesNotFit(self.at)
        self.at += 1
        self.space()

    def whole(self, tree: Tree) -> Fields:
        """The fields of the line."""
        self.space()
        self.read_object(tree)
        if self.at != len(self.line):
            raise DoesNotFit(self.at)
        return self.found

    def read_object(self, tree: Tree) -> None:
        """An object whose names are looked at."""
        self.take(b"{")
        while self.peek() != b"}":
            name = self.STRING.match(self.line, self.at)
            if name is None:
                raise DoesNotFit(self.at)
            self.at = name.end()
            self.space()
            self.take(b":")
            self.read_value({key.encode(): value for key, value in tree.items()}.get(name[1]))
            self.space()
            if self.peek() == b"}":
                break
            self.take(b",")
            if self.peek() == b"}":
                raise DoesNotFit(self.at)
        self.take(b"}")

    def read_value(self, wanted: Tree | str | None) -> None:
        """A value: an object on the way to a name, or a field, or something to pass over. The last of equals counts."""
        if isinstance(wanted, dict):
            for role in roles_in(wanted):
                self.found.pop(role, None)
            if self.peek() == b"{":
                self.read_object(wanted)
                return
        raw = self.skip()
        if isinstance(wanted, str):
            self.found[wanted] = value_of(raw)

    def skip(self) -> bytes:
        """Pass over a value; in objects and lists only brackets and strings are looked at."""
        start, depth = self.at, 0
        while True:
            string, bare = self.STRING.match(self.line, self.at), self.BARE.match(self.line, self.at)
            c = self.peek()
            if string:
                self.at = string.end()
            elif c in (b"{", b"["):
                depth += 1
                self.at += 1
            elif c in (b"}", b"]") and depth:
                depth -= 1
                self.at += 1
            elif bare:
                self.at = bare.end()
            elif depth and c and c != b'"':
                self.at += 1
            else:
                raise DoesNotFit(start)
            if depth == 0:
                return self.line[start : self.at]


def value_of(raw: bytes) -> bytes:
    """The text of a value: of a string, a number or word, or the first of these in a list."""
    if raw.startswith(b"["):
        inner = JsonLine(raw[1:])
        inner.space()
        if inner.peek() in (b"", b"]", b"[", b"{"):
            return b""
        try:
            raw = inner.skip()
        except DoesNotFit:
            return b""
    if raw.startswith(b'"'):
        return raw[1:-1]
    return b"" if raw.startswith(b"{") or raw in (b"null", b"false") else raw
