"""What makes a password easy to guess, without a database: kept in step with what guessing programs try first."""

import re
import unicodedata
from collections.abc import Iterable

SHORTEST, LONGEST = 12, 128  # characters, as normal() has them (OWASP ASVS 4, 2.1.1 and 2.1.2)
SHORTEST_WORD = 3
ENOUGH_LEFT = 6  # letters and digits that are neither of the surroundings nor a row of keys
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
)
_RUN = 4  # keys in a row that count as one
_RUNS = {part for row in _ROWS for way in (row, row[::-1]) for part in (way[i : i + _RUN] for i in range(len(way)))}
_RUNS = {part for part in _RUNS if len(part) == _RUN}
_MONTHS = "january february march april may june july august september october november december".split()
COMMON_PARTS = frozenset(
    (
        "spring summer autumn fall winter haru natsu aki fuyu season monday tuesday wednesday thursday friday "
        "password passwort pass パスワード ぱすわーど admin administrator root user welcome login ようこそ 管理者 "
        "letmein changeme secret temp temporary initial default test company office seatwise"
    ).split()
).union(_MONTHS, (month[:3] for month in _MONTHS))
_YEAR = re.compile(r"(?:19|20)\d\d")
_REPEATED = re.compile(r"(.{1,4}?)\1{2,}", re.DOTALL)
_READ_AS = str.maketrans("0134578@$!", "oleastbasi")  # how letters are written with digits and signs


def normal(password: str) -> str:
    """A password as it is hashed and measured: NFKC, so that the same keys on two keyboards give the same one."""
    return unicodedata.normalize("NFKC", password)


def variants(password: str) -> set[str]:
    """What a common password may have been before it was decorated: `P@ssw0rd2026!` was `password`."""
    plain = normal(password).casefold().strip()
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    found = {plain, bare, *(each.translate(_READ_AS) for each in (plain, bare))}
    found |= {re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain.translate(_READ_AS))}
    return {part for each in found for part in (each, _period(each)) if part}


def _period(text: str) -> str:
    """What a text repeats: `secret` of `secretsecret`."""
    again = (text + text).find(text, 1)
    return text[:again] if text and len(text) % again == 0 else text


def left(password: str, words: Iterable[str]) -> str:
    """The letters and digits that remain without `words`, seasons, months, years, rows of keys and repetitions."""
    plain = normal(password).casefold()
    keep = [True] * len(plain)
    known = {normal(word).casefold() for word in words} | COMMON_PARTS
    for text in (plain, plain.translate(_READ_AS)):
        for word in known | _RUNS:
            if len(word) >= SHORTEST_WORD:
                _take_out(text, word, keep)
    for year in _YEAR.finditer(plain):
        keep[year.start() : year.end()] = [False] * 4
    rest = "".join(each for each, kept in zip(plain, keep, strict=True) if kept and each.isalnum())
    return _REPEATED.sub(r"\1", rest)


def _take_out(text: str, word: str, keep: list[bool]) -> None:
    at = text.find(word)
    while at >= 0:
        keep[at : at + len(word)] = [False] * len(word)
        at = text.find(word, at + 1)
