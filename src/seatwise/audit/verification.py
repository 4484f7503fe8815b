"""Telling whether all entries are what was written, and none is missing; and what of that cannot be known here."""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from seatwise.audit import heads, recording, seal_keys
from seatwise.audit.heads import Head, Memory
from seatwise.audit.models import Chain, Checkpoint, Entry
from seatwise.audit.recording import hash_of, text_of
from seatwise.audit.seal_keys import Key
from seatwise.lib.batches import AT_ONCE


@dataclass(frozen=True)
class Verification:
    """How many entries were looked at, and the first that is not as it was written; 0 if all are.

    `first` is the number of the first entry there is; entries before it were removed under a signed checkpoint.
    `unknown` says what could not be looked at, and why: a log that passes may still be another one as far as that goes.
    """

    entries: int
    wrong: int = 0
    problem: str = ""
    first: int = 1
    head: Head | None = None
    unknown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not self.wrong


@dataclass
class _Reading:
    """Where the reading of the log stands."""

    keys: dict[str, Key]
    first: int = 1
    expected: int = 1
    previous: str = ""
    keyed: bool = False
    without_key: set[str] = field(default_factory=set)  # ids of keys that are not here
    last_without_key: int = 0

    def cannot_know(self, number: int, key_id: str) -> bool:
        """Whether an entry has a seal of a key that is not here, from before those that are."""
        return bool(key_id) and key_id not in self.keys and all(number < key.first for key in self.keys.values())

    def wrong(self, number: int, problem: str) -> Verification:
        """The log is not as it was written."""
        return Verification(self.expected - self.first, number, problem, self.first)


def verify(*known: Head, memory: Memory | None = None) -> Verification:
    """Whether no entry was changed, taken out, put in or cut off. Reads all of them, in bounded memory.

    `known` are ends of the log that somebody wrote down, such as the auditor's letter at the closing of a review;
    `memory` is what to take for that of this machine. Raises KeyUnreadable.
    """
    memory = heads.remembered() if memory is None else memory
    reading = _Reading({key.id: key for key in seal_keys.known_keys()})
    problem = _begin(reading)
    if problem:
        return reading.wrong(reading.expected, problem)
    remembered = [memory.last] if memory.last and memory.last.number else []
    wanted = [each for each in (*remembered, *memory.missing, *known) if each.number >= reading.first]
    seen: dict[int, str] = {}
    for entry in _all_entries():
        problem = _problem(entry, reading)
        if problem:
            return reading.wrong(reading.expected, problem)
        if any(entry.number == each.number for each in wanted):
            seen[entry.number] = entry.hash
        if reading.cannot_know(entry.number, entry.key_id):
            reading.without_key.add(entry.key_id)
            reading.last_without_key = entry.number
        reading.previous, reading.keyed = entry.hash, reading.keyed or bool(entry.key_id)
        reading.expected += 1
    return _ending(reading, wanted, seen, tuple(_unknown(reading, memory)))


def _begin(reading: _Reading) -> str:
    """After the last checkpoint, if its signature is one of ours, or of a key that is not here; else why not."""
    checkpoint = Checkpoint.objects.order_by("-number").first()
    if checkpoint is None:
        return ""
    said = {"number": checkpoint.number}
    reading.first = reading.expected = checkpoint.number
    key = reading.keys.get(checkpoint.key_id)
    if key is None and not reading.cannot_know(checkpoint.number, checkpoint.key_id):
        return _("the checkpoint at entry %(number)s was signed with a key that is not here") % said
    if key is not None and not hmac.compare_digest(key.seal(checkpoint.text()), checkpoint.seal):
        return _("the checkpoint at entry %(number)s was changed after it was written") % said
    if key is None:
        reading.without_key.add(checkpoint.key_id)
        reading.last_without_key = checkpoint.number
    reading.first = reading.expected = checkpoint.number + 1
    reading.previous, reading.keyed = checkpoint.hash, True
    return ""


def _problem(entry: Entry, reading: _Reading) -> str:
    said = {"number": reading.expected}
    if entry.number != reading.expected:
        return _("entry %(number)s is missing") % said
    if reading.cannot_know(entry.number, entry.key_id):
        return ""
    if entry.key_id and entry.key_id not in reading.keys:
        return _("entry %(number)s was sealed with a key that is not here") % said
    key = reading.keys.get(entry.key_id)
    if key is None and (reading.keyed or any(entry.number >= each.first for each in reading.keys.values())):
        return _("entry %(number)s has no valid seal") % said
    if key is not None and entry.number < key.first:
        return _("the seal on entry %(number)s is newer than the entry") % said
    if not hmac.compare_digest(hash_of(key, text_of(reading.previous, entry.content())), entry.hash):
        return _("entry %(number)s or the one before it was changed after it was written") % said
    return ""


def _ending(reading: _Reading, wanted: Sequence[Head], seen: dict[int, str], unknown: tuple[str, ...]) -> Verification:
    last = reading.expected - 1
    end = Chain.objects.filter(pk=1).first() or Chain()
    if (end.number, end.hash) != (last, reading.previous):
        problem = _("the log should end with entry %(number)s") % {"number": end.number}
        return reading.wrong(reading.expected, problem)
    for each in wanted:
        if seen.get(each.number) != each.hash:
            problem = _("entry %(number)s was written, but is missing or was replaced") % {"number": each.number}
            return reading.wrong(min(each.number, reading.expected), problem)
    for key in reading.keys.values():
        if key.first > last + 1:
            text = _(
                "a key was created for entry %(number)s, but the log ends before it: it was cut off, or an "
                "old database was restored"
            )
            return reading.wrong(reading.expected, text % {"number": key.first})
    return Verification(
        last - reading.first + 1, first=reading.first, head=Head(last, reading.previous), unknown=unknown
    )


def _unknown(reading: _Reading, memory: Memory) -> Iterator[str]:
    """What cannot be known here, in sentences."""
    if reading.expected == reading.first:
        yield _("The log is empty, and nothing here shows whether it ever had entries.")
    if reading.last_without_key:
        text = _(
            "Entries up to %(number)s are sealed with a key that is not here (%(keys)s), so they were not"
            " verified. Provide the audit.key of that time."
        )
        yield text % {"number": reading.last_without_key, "keys": ", ".join(sorted(reading.without_key))}
    elif not reading.keys and reading.expected > reading.first:
        yield _("There is no audit.key here: anyone who can write to the database could have rewritten the whole log.")
    if memory.problem:
        yield _without_head(memory.problem)
    elif memory.since > reading.first:
        text = _(
            "audit.head was started again at entry %(number)s: whether entries were cut off before that "
            "was not checked."
        )
        yield text % {"number": memory.since}


def _without_head(problem: str) -> str:
    lacking = {
        "absent": _("audit.head, which names the last entry, is missing."),
        "empty": _("audit.head, which names the last entry, is empty."),
    }.get(problem, _("audit.head, which names the last entry, cannot be read."))
    not_known = _("Not checked: whether entries were cut off the end, or an old database was restored.")
    return f"{lacking} {not_known}"


def _all_entries() -> Iterator[Entry]:
    last = 0
    while batch := list(Entry.objects.filter(number__gt=last).order_by("number")[:AT_ONCE]):
        yield from batch
        last = batch[-1].number


def accept(reason: str) -> Head:
    """Take the log as it is for the log, and write down which ends are missing. The end of the log, then.

    Raises KeyUnreadable and OSError.
    """
    memory = heads.remembered()
    after = {"missing": [str(each) for each in memory.missing], "since": memory.since, "file": memory.problem}
    after["last"] = str(memory.last) if memory.last else ""
    used = Entry.objects.exclude(key_id="").order_by("key_id").values_list("key_id", flat=True).distinct()
    before = Chain.objects.filter(pk=1).first() or Chain()
    with seal_keys.taken_over([], set(used), before.number), transaction.atomic():
        recording.record_many([{"by": None, "verb": "audit.accept", "after": after, "reason": reason}])
        chain = Chain.objects.get(pk=1)
    end = Head(chain.number, chain.hash)
    heads.settle(end)
    return end
