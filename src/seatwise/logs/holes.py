"""Holes: zero bytes that copytruncate or a crash leaves in a log. They are passed over, however many there are."""

import re
from dataclasses import dataclass

_HOLE = re.compile(rb"(?:(?<=\n)|\0{7})\0+")
_NEWLINE = b"\n"


@dataclass
class Holes:
    """What passes over the holes of one stream, and counts their bytes. A hole in the middle of a line ends it."""

    passed: int = 0
    within: bool = True  # whether zero bytes that come next belong to a hole; at the beginning they do

    def close(self, data: bytearray, start: int, end: int) -> int:
        """Take the holes out of data[start:end], which follows what stands before it; where it then ends.

        That may be before `start`, where a hole began at the end of what stands before it.
        """
        if not self.within and data.find(0, start, end) < 0:
            return end
        while not self.within and start > 0 and data[start - 1] == 0:  # a hole may have begun just before
            start -= 1
        before = bytes(data[start - 1 : start]) or _NEWLINE
        block = bytes(data[start:end])
        rest = block.lstrip(b"\0") if self.within or before == _NEWLINE else block
        self.passed += len(block) - len(rest)
        self.within = not rest or rest.endswith(bytes(8))
        kept = _HOLE.sub(self.instead, before + rest)[1:]
        data[start : start + len(kept)] = kept
        return start + len(kept)

    def instead(self, found: re.Match[bytes]) -> bytes:
        """What stands for a hole: the end of the line that it cuts, or nothing between two lines."""
        self.passed += len(found[0])
        return b"" if found.string[found.start() - 1 : found.start()] == _NEWLINE else _NEWLINE
