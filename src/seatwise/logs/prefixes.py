"""Telling a login from one that took in what stands before it in its line.

Compiled and interpreted alike, as `scan.py`.
"""

from seatwise.logs.scan import Bytes, find, hex_digits, is_blank, number, two

MOST_BLANKS = 5  # within a login that stands unquoted: María de los Ángeles García López


def separates(c: int) -> bool:
    """Whether a byte ends a word within what stands for a login: blanks, brackets, quotes, `,` `;` `=`."""
    if c == 32 or c == 9 or c == 34 or c == 39 or c == 40 or c == 41 or c == 44:
        return True
    return c == 59 or c == 60 or c == 61 or c == 62 or c == 91 or c == 93 or c == 123 or c == 125


def is_ipv4(buf: Bytes, p: int, end: int) -> bool:
    """Whether p..end is an IPv4 address, with a port or the length of a prefix behind it or without."""
    groups = 0
    while groups < 4:
        if groups > 0:
            if p >= end or buf[p] != 46:
                return False
            p += 1
        start = p
        while p < end and p - start < 3 and buf[p] >= 48 and buf[p] <= 57:
            p += 1
        if p == start or number(buf, start, p) > 255:
            return False
        groups += 1
    if p == end:
        return True
    if buf[p] != 58 and buf[p] != 47:
        return False
    return p + 1 == end or number(buf, p + 1, end) >= 0


def is_ipv6(buf: Bytes, p: int, end: int) -> bool:
    """Whether p..end is an IPv6 address, with a zone behind it or without."""
    colons = 0
    shortened = False
    group = p
    for q in range(p, end):
        c = buf[q]
        if c == 58:
            shortened = shortened or (q > p and buf[q - 1] == 58)
            colons += 1
            group = q + 1
        elif c == 46:
            return colons >= 2 and is_ipv4(buf, group, end)
        elif c == 37:
            break
        elif hex_digits(buf, q, 1) < 0 or q - group > 3:
            return False
    return colons == 7 or (shortened and colons < 8)


def is_word_of_a_prefix(buf: Bytes, p: int, end: int) -> bool:
    """Whether the word p..end is an address, a clock, or a lone `-` or `|`: no part of anybody's login."""
    if end - p == 1:
        return buf[p] == 45 or buf[p] == 124
    if end - p >= 8 and buf[p + 2] == 58 and buf[p + 5] == 58 and two(buf, p) >= 0 and two(buf, p + 6) >= 0:
        return True
    return is_ipv4(buf, p, end) or is_ipv6(buf, p, end)


def holds_a_prefix(buf: Bytes, p: int, end: int) -> bool:
    """Whether what stands unquoted for a login, p..end, took in what stands before it: then it is nobody's login.

    It holds an address or a clock, a lone `-` beside something else, or more blanks than one name can.
    """
    if p == end or (buf[p] > 64 and find(buf, p, end, 32) == end and find(buf, p, end, 58) == end):
        return False  # most logins: one word, no colon, and no digit first
    blanks = 0
    for q in range(p, end):
        if is_blank(buf[q]):
            blanks += 1
    if blanks > MOST_BLANKS:
        return True
    q = p
    while q < end:
        start = q
        while q < end and not separates(buf[q]):
            q += 1
        if q > start and is_word_of_a_prefix(buf, start, q):
            return True
        q += 1
    return False
