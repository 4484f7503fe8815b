"""A file that is one JSON array, or whose objects go over several lines: as one object a line, in constant memory."""

import re

_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*\{\s*\"|\{[ \t\r]*\n)")
# As APIs answer: Microsoft Graph's {"@odata.context":…,"value":[…]}, Google's {"kind":…,"items":[…]}.
_ENVELOPE = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{\s*(?:"[^"\\]*+"\s*:\s*(?:"(?:[^"\\]++|\\.)*+"|[\w.+-]++)\s*,\s*)*+"(?:value|items)"\s*:\s*(?=\[\s*\{\s*")',
    re.DOTALL,
)
_MAY_BEGIN = re.compile(rb"\xef?\xbb?|\xef\xbb\xbf\s*(?:\[\s*)?(?:\{\s*)?|\s*(?:\[\s*)?(?:\{\s*)?")
_TEXT = re.compile(rb'(?:[^"{}\r\n]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)  # then: bracket, newline or half a string
_REST_OF_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+("?)', re.DOTALL)
_BETWEEN = re.compile(rb"[\s,\[\]]+")


def _end(pattern: re.Pattern[bytes], data: bytes, start: int) -> int:
    """Where what fits a pattern that always fits ends."""
    found = pattern.match(data, start)
    assert found is not None
    return found.end()


class ArrayCutOff(EOFError):
    """An array, or an object in it, that does not end."""


def may_begin(head: bytes) -> bool:
    """Whether the next bytes decide whether this is an array."""
    return _MAY_BEGIN.fullmatch(head) is not None


def begun_by(head: bytes) -> "Objects | None":
    """What makes lines of a file that begins so, where its objects are no lines."""
    first, _newline, others = head.partition(b"\n")
    is_lines = first.rstrip().endswith(b"}") and others.lstrip().startswith(b"{")
    if not is_lines and (envelope := _ENVELOPE.match(head)):
        return Objects(envelope.end())
    return Objects() if _BEGINS.match(head) else None


class Objects:
    """Objects as lines. What else stands between them is a line of its own; what is around an array in an object is
    none, which takes so many bytes at first.
    """

    def __init__(self, envelope: int = 0) -> None:
        self.envelope, self.is_enveloped = envelope, envelope > 0
        self.depth = 0  # of the objects we are in
        self.is_open = self.within = False  # whether an array has not ended; whether we are in a string
        self.rest = b""  # a backslash at the end of what was read

    def end(self) -> bytes:
        """Nothing is left. ArrayCutOff where the array does not end."""
        if self.depth or self.is_open:
            raise ArrayCutOff
        return b""

    def lines(self, data: bytes) -> bytes:
        """What stands in the next bytes, as lines."""
        data, self.envelope = self.rest + data[self.envelope :], 0
        self.rest = b""
        out: list[bytes] = []
        at = here = 0  # what is not yet copied; where we are
        if self.within:
            here = self.string_end(data, 0)
        while (here := _end(_TEXT, data, here)) < len(data):
            byte = data[here : here + 1]
            if byte == b'"':
                here = self.string_end(data, here + 1)
                break
            if byte == b"{":
                if self.depth == 0:
                    out.append(self.between(data[at:here]))
                    at = here
                self.depth += 1
            elif byte == b"}" and self.depth:
                self.depth -= 1
                if self.depth == 0:
                    out += [data[at : here + 1], b"\n"]
                    at = here + 1
            elif self.depth and byte != b"}":
                out += [data[at:here], b" "]
                at = here + 1
            here += 1
        tail = data[at : len(data) - len(self.rest)]
        out.append(tail if self.depth else self.between(tail))
        return b"".join(out)

    def string_end(self, data: bytes, start: int) -> int:
        """Where the string ends whose text goes on here; notes whether it goes on in what comes next."""
        found = _REST_OF_STRING.match(data, start)
        assert found is not None
        self.within = not found[1]
        if self.within:
            self.rest = data[found.end() :]  # a backslash, or nothing
            return len(data)
        return found.end()

    def between(self, text: bytes) -> bytes:
        """What stands between two objects and does not belong there, as a line."""
        if b"[" in text or b"]" in text:
            self.is_open = text.rfind(b"[") > text.rfind(b"]")
        if self.is_enveloped and not self.is_open:
            return b""
        other = _BETWEEN.sub(b" ", text.removeprefix(b"\xef\xbb\xbf")).strip()
        return other and other + b"\n"
