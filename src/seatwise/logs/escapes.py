"""Undoing the escapes of servers and of JSON in what stands in a log."""

import re

RAW, BY_SERVER, BY_JSON = range(3)  # how what stands in a line was escaped

_ESCAPE = re.compile(
    rb"""\\(?:x(?P<x>[0-9a-fA-F]{2})
    |(?P<pair>u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2}))
    |u(?P<u>[0-9a-fA-F]{4})
    |(?P<c>["\\/]))""",
    re.VERBOSE,
)


def unescape(raw: bytes, escapes: int) -> bytes:
    r"""The text that was escaped.

    BY_SERVER: `\"`, `\\`, and `\xHH` of a byte that nginx and Apache do escape. BY_JSON: `\uHHHH` (also as a pair of
    surrogates), `\"`, `\\`, `\/`, and `\xHH`, which nginx writes into JSON made by hand. Any other backslash stands for
    itself: nobody's login holds a control character, and CORP\bob is what servers write that do not escape.
    Sources: nginx ngx_http_log_module (escape=default, json), Apache util.c ap_escape_logitem, RFC 8259 section 7.
    """
    if escapes == RAW or b"\\" not in raw:
        return raw

    def one(found: re.Match[bytes]) -> bytes:
        if found["x"]:
            byte = int(found["x"], 16)
            printable = 32 <= byte < 127 and byte not in (34, 92)
            return found[0] if printable and escapes == BY_SERVER else bytes([byte])
        if found["c"]:
            return found["c"] if found["c"] != b"/" or escapes == BY_JSON else found[0]
        if escapes == BY_SERVER:
            return found[0]
        if found["pair"]:
            return bytes.fromhex(found["high"].decode() + found["low"].decode()).decode("utf-16-be").encode()
        return chr(int(found["u"], 16)).encode("utf-8", "surrogatepass")

    return _ESCAPE.sub(one, raw)


def percent_decode(raw: bytes) -> bytes:
    """The text with %HH undone once."""
    return re.sub(rb"%([0-9a-fA-F]{2})", lambda found: bytes([int(found[1], 16)]), raw)
