"""Login names: which of them are one person, and how they are shown."""

import re
import unicodedata

from seatwise.lib import unseen


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def visible(text: str) -> str:
    r"""The text with control, invisible and direction characters written out as \xHH or \uHHHH."""
    return unseen.in_texts.sub(_escape, text)


def written(raw: bytes) -> str:
    r"""A login as it is shown: UTF-8, with invalid bytes as \xHH and unseen characters written out."""
    text = raw.decode("utf-8", "backslashreplace")
    return text if text.isascii() and text.isprintable() else unseen.in_logins.sub(_escape, text)


def fold(login: str) -> str:
    """What two spellings of one login have in common: NFKC and casefold until nothing changes (Unicode 3.13, D145)."""
    if login.isascii():
        return login.lower()
    for _ in range(8):
        folded = unicodedata.normalize("NFKC", login).casefold()
        if folded == login:
            break
        login = folded
    return login


def split_domain(login: str) -> tuple[str, str]:
    r"""A login without its domain, and the domain or "": CORP of CORP\jdoe, example.com of jdoe@example.com."""
    if "\\" in login:
        domain, _, name = login.partition("\\")
        return (name, domain) if name else (login, "")
    name, _, domain = login.rpartition("@")
    return (name, domain) if name and domain else (login, "")
