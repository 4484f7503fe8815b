"""Taking a line apart: a line of text by a program of literals and fields, a line of JSON by a tree of names.

Compiled and interpreted alike, as `scan.py`. Each splitter writes the range of each field that matters into `spans`
(start at 2 * kind, end at 2 * kind + 1; an absent field is the empty range 0, 0) and returns FITS, or the position at
which the line stops fitting its format.
"""

from collections.abc import MutableSequence

from seatwise.logs.json_splitting import split_json
from seatwise.logs.layout import FITS, LOGIN, Program
from seatwise.logs.scan import Bytes, is_blank
from seatwise.logs.text_splitting import split_text, split_w3c


def trim_login(buf: Bytes, spans: MutableSequence[int]) -> None:
    """Leave out the blanks around the login."""
    p = spans[2 * LOGIN]
    end = spans[2 * LOGIN + 1]
    while p < end and is_blank(buf[p]):
        p += 1
    while p < end and is_blank(buf[end - 1]):
        end -= 1
    spans[2 * LOGIN] = p
    spans[2 * LOGIN + 1] = end


def split_line(buf: Bytes, p: int, end: int, program: Program, spans: MutableSequence[int]) -> int:
    """Split the line p..end as its format says."""
    fits = FITS - 1
    if program.json == 1:
        fits = split_json(buf, p, end, program, spans)
    elif program.w3c == 1:
        fits = split_w3c(buf, p, end, program, spans)
    else:
        fits = split_text(buf, p, end, program, spans)
    if fits == FITS:
        trim_login(buf, spans)
    return fits
