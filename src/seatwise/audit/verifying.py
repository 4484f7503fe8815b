"""Telling whether all entries still are what was written, and that none is missing at the beginning or the end."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from seatwise.audit import sealing
from seatwise.audit.models import Chain, Checkpoint, Entry
from seatwise.audit.recording import BATCH, hash_of, text_of
from seatwise.audit.sealing import Head, Key


@dataclass(frozen=True)
class Verdict:
    """How many entries were looked at, and the first that is not as it was written; 0 if all are.

    `first` is the number of the first entry there is; entries before it were removed under a signed checkpoint.
    """

    entries: int
    wrong: int = 0
    problem: str = ""
    first: int = 1
    head: Head | None = None

    def __bool__(self) -> bool:
        return not self.wrong


@dataclass(frozen=True)
class _Start:
    """Where the entries begin, and the hash before them."""

    number: int = 1
    hash: str = ""
    problem: str = ""


def verify(known: Head | None = None) -> Verdict:
    """Whether no entry was changed, taken out, put in or cut off. Reads all of them, in bounded memory.

    `known` is an end of the log that somebody wrote down, such as the auditor's letter at the closing of a review.
    """
    keys = {key.id: key for key in sealing.known_keys()}
    start = _start(keys)
    if start.problem:
        return Verdict(0, start.number, start.problem)
    wanted = [each for each in (sealing.head(), known) if each is not None and each.number >= start.number]
    seen: dict[int, str] = {}
    previous, expected, keyed = start.hash, start.number, start.number > 1
    for entry in _all_entries():
        problem = _problem(entry, expected, previous, keys, keyed=keyed)
        if problem:
            return Verdict(expected - start.number, expected, problem, start.number)
        if any(entry.number == each.number for each in wanted):
            seen[entry.number] = entry.hash
        previous, expected, keyed = entry.hash, expected + 1, keyed or bool(entry.key_id)
    return _ending(start, expected, previous, wanted, seen)


def _start(keys: dict[str, Key]) -> _Start:
    """After the last checkpoint, if its signature is one of ours."""
    checkpoint = Checkpoint.objects.order_by("-number").first()
    if checkpoint is None:
        return _Start()
    key = keys.get(checkpoint.key_id)
    if key is None:
        text = _("the checkpoint at entry %(number)s was signed with another key than those that are here")
        return _Start(checkpoint.number, problem=text % {"number": checkpoint.number})
    if not hmac.compare_digest(key.seal(checkpoint.text()), checkpoint.seal):
        text = _("the checkpoint at entry %(number)s is not as it was written")
        return _Start(checkpoint.number, problem=text % {"number": checkpoint.number})
    return _Start(checkpoint.number + 1, checkpoint.hash)


def _problem(entry: Entry, expected: int, previous: str, keys: dict[str, Key], *, keyed: bool) -> str:
    said = {"number": expected}
    if entry.number != expected:
        return _("entry %(number)s is missing") % said
    if entry.key_id and entry.key_id not in keys:
        return _("entry %(number)s was sealed with another key than those that are here") % said
    key = keys.get(entry.key_id)
    if key is None and (keyed or _must_be_keyed(expected, keys)):
        return _("entry %(number)s carries no seal of ours") % said
    if key is not None and expected < key.first:
        return _("entry %(number)s carries a seal that is younger than it") % said
    if not hmac.compare_digest(hash_of(key, text_of(previous, entry)), entry.hash):
        return _("entry %(number)s is not as it was written, or the one before is not") % said
    return ""


def _must_be_keyed(number: int, keys: dict[str, Key]) -> bool:
    """Whether an entry was written when there was a key already."""
    return any(number >= key.first for key in keys.values())


def _ending(start: _Start, expected: int, previous: str, wanted: list[Head], seen: dict[int, str]) -> Verdict:
    count, last = expected - start.number, expected - 1
    end = Chain.objects.filter(pk=1).first() or Chain()
    if (end.number, end.hash) != (last, previous):
        problem = _("the log should end with entry %(number)s") % {"number": end.number}
        return Verdict(count, expected, problem, start.number)
    for each in wanted:
        if seen.get(each.number) != each.hash:
            number = min(each.number, expected)
            problem = _("entry %(number)s was written and is not there, or is another one") % {"number": each.number}
            return Verdict(count, number, problem, start.number)
    return Verdict(count, first=start.number, head=Head(last, previous))


def _all_entries() -> Iterator[Entry]:
    last = 0
    while batch := list(Entry.objects.filter(number__gt=last).order_by("number")[:BATCH]):
        yield from batch
        last = batch[-1].number
