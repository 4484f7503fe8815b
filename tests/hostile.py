"""What no screen sends: values, bodies and forms. For tests/test_hostile_requests.py and tools/attack."""

import random
import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urlencode

VALUES = (
    *("", " ", "\0", "a\0b", "\ud800", "\udfff\udfff", "\u202e", "\ufeff", "\ufffe\U0001f600", "\x1b[31m"),
    *("-1", "0", "9" * 20, "-" + "9" * 20, "9" * 5000, "9223372036854775808", "1e999", "NaN", "Infinity", "٣", "１"),
    *("2026-13-45", "2026-02-30", "0000-00-00", "99999-01", "9999-12-31", "0001-01-01"),
    *("é" * 300, "𝕒" * 300, "x" * 3000, "[" * 2000, "[]", "{}", "null", "true", "a,b;c\td"),
    *("%s%(x)s{}", "{{7*7}}", "{% debug %}", "${7*7}", "%00", "%ff", "%", "_", "*", "\\", "(?="),
    *("'\";--", "' OR 1=1 --", '"><script>alert(1)</script>', "=cmd|' /C x'!A0"),
    *("../../etc/passwd", "\r\nSet-Cookie: x=y"),
)
NAMES = (
    *("page", "sort", "q", "department", "as_of", "day", "window", "limit", "offset", "next", "service", "user"),
    *("reason", "format", "ids", "from", "unknown"),
)
BODIES = (
    *(b"", b"{", b"null", b"[]", b'"x"', b"[1]", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe\x00"),
    *(b'{"reason": "a\\u0000b"}', b'{"reason": "\\ud800"}', b'{"reason": 1e999}', b'{"reason": NaN}'),
    *(b'{"reason": ' + b"9" * 5000 + b"}", b'{"reason": "' + b"x" * 3_000_000 + b'"}'),
    *(b"a=%00&a=%ED%A0%80", b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data; name=\r\n\r\n"),
)
FORM = "application/x-www-form-urlencoded"
KINDS = ("application/json", FORM, "multipart/form-data; boundary=x", "text/plain", "x")


def fields_of(page: str) -> dict[str, list[str]]:
    """The names that a page asks for, with the values that it offers; those of its links with none."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", page):
        name, value = re.search(r'\bname="([^"]+)"', tag), re.search(r'\bvalue="([^"]*)"', tag)
        if name and name[1] != "csrfmiddlewaretoken":  # that a form is ours is not in question
            found.setdefault(name[1], []).append(unescape(value[1]) if value else "x")
    for name_of_link in re.findall(r'href="[^"]*[?&;]([a-z_]+)=', page):
        found.setdefault(name_of_link, [])
    return found


def hostile_form(fields: Mapping[str, list[str]], dice: random.Random) -> dict[str, str]:
    """Some fields as they were offered, some with what they cannot be, some left out, and some that are not there."""
    form = {}
    for name, offered in {**{name: [] for name in dice.sample(NAMES, 3)}, **fields}.items():
        kind = dice.random()
        if kind < 0.4:
            form[name] = dice.choice(VALUES)
        elif kind < 0.8 and offered:
            form[name] = dice.choice(offered)
    return form


def encoded(form: Mapping[str, str]) -> str:
    """A form as it is sent, with what is no character, too."""
    return urlencode(form, errors="surrogatepass")
