"""Login names: which of them are one person, and how they are shown.

With characters that nobody sees two of them look like one. `IGNORABLE` is Default_Ignorable_Code_Point of Unicode 16.0
(DerivedCoreProperties.txt), written down since Python has no such property; `BLANK` are characters that are drawn as
nothing though Unicode does not call them ignorable.
"""

import re
import unicodedata

IGNORABLE = (
    "\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
BLANK = "\u1680\u2800\U0001d159"
CONTROL = "\u0000-\u001f\u007f-\u009f\u2028-\u2029\ufff9-\ufffb\ud800-\udfff"
# In names and texts, some of them belong to a letter: variants of kanji and emoji, fillers of Hangul, joined letters.
TURNING_OR_HIDDEN = (
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202f\u2060-\u206f\ufeff\U000e0000-\U000e007f"  # directions, tags, widths
)

in_logins = re.compile(f"[{CONTROL}{IGNORABLE}{BLANK}]")
in_texts = re.compile(f"[{CONTROL}{TURNING_OR_HIDDEN}]")

ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")  # alphabets with letters of one shape


def has_unseen(login: str) -> bool:
    """Whether something in a login name cannot be seen; also format characters of any later Unicode."""
    if login.isascii():
        return not login.isprintable()
    return bool(in_logins.search(login)) or any(unicodedata.category(each) == "Cf" for each in login)


def mixes_alphabets(folded: str) -> bool:
    """Whether letters come from two alphabets that look alike: `аlice` with a Cyrillic а."""
    if folded.isascii():
        return False
    names = (unicodedata.name(each, "") for each in folded if each.isalpha())
    return len({name.partition(" ")[0] for name in names} & {*ALIKE}) > 1


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def visible(text: str) -> str:
    r"""The text with control, invisible and direction characters written out as \xHH or \uHHHH."""
    return in_texts.sub(_escape, text)


def written(raw: bytes) -> str:
    r"""A login as it is shown: UTF-8, with invalid bytes as \xHH and unseen characters written out."""
    text = raw.decode("utf-8", "backslashreplace")
    return text if text.isascii() and text.isprintable() else in_logins.sub(_escape, text)


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
