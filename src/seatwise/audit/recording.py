"""Adding entries, and telling whether all of them still are what was written."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from seatwise.audit.models import Chain, Entry

BATCH = 2000


def record_many(entries: Iterable[Mapping[str, Any]]) -> None:
    """Add entries in order. Raises TransactionManagementError outside of the transaction of the change."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an audit entry belongs into the transaction of its change")
    waiting = iter(entries)
    chain = None
    while batch := list(islice(waiting, BATCH)):
        chain = chain or _locked_chain()
        Entry.objects.bulk_create([_next(chain, **each) for each in batch])
    if chain:
        chain.save(update_fields=["number", "hash"])


def _locked_chain() -> Chain:
    """The end of the chain, held until the transaction ends."""
    try:
        return Chain.objects.select_for_update().get(pk=1)
    except Chain.DoesNotExist:
        Chain.objects.bulk_create([Chain(pk=1)], ignore_conflicts=True)
        return Chain.objects.select_for_update().get(pk=1)


def _next(
    chain: Chain,
    *,
    by: Any,
    verb: str,
    subject: models.Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Entry:
    entry = Entry(
        number=chain.number + 1,
        at=timezone.now(),
        by_id=by.pk if by else None,
        by_login=writable(by.get_username())[:512] if by else "",
        verb=verb,
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=str(subject.pk) if subject else "",
        subject_text=writable(str(subject))[:500] if subject else "",
        before=plain(before or {}),
        after=plain(after or {}),
        reason=writable(reason),
    )
    entry.hash = hash_of(chain.hash, entry)
    chain.number, chain.hash = entry.number, entry.hash
    return entry


def hash_of(previous: str, entry: Entry) -> str:
    """SHA-256 over the hash of the entry before and the entry's content as canonical JSON."""
    content = json.dumps([previous, entry.content()], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def writable(text: str) -> str:
    """A text that every database takes: NUL and lone surrogates are escaped visibly."""
    if "\0" in text:
        text = text.replace("\0", "\\x00")
    return text.encode("utf-8", "backslashreplace").decode()


def plain(value: Any) -> Any:
    """A value that comes back from either database as it went in: no floats, dates and decimals as text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {writable(str(key)): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        parts = [plain(each) for each in value]
        return sorted(parts, key=str) if isinstance(value, set | frozenset) else parts
    return writable(str(value))


@dataclass(frozen=True)
class Verdict:
    """How many entries were looked at, and the first that is not as it was written; 0 if all are."""

    entries: int
    wrong: int = 0
    problem: str = ""

    def __bool__(self) -> bool:
        return not self.wrong


def verify() -> Verdict:
    """Whether no entry was changed, taken out or put in. Reads all of them, in bounded memory."""
    previous, expected = "", 1
    for entry in _all_entries():
        if entry.number != expected:
            return Verdict(expected - 1, expected, f"entry {expected} is missing")
        if entry.hash != hash_of(previous, entry):
            return Verdict(expected, expected, f"entry {expected} is not as it was written, or the one before is not")
        previous, expected = entry.hash, expected + 1
    end = Chain.objects.filter(pk=1).first() or Chain()
    if (end.number, end.hash) != (expected - 1, previous):
        return Verdict(expected - 1, expected, f"the log should end with entry {end.number}")
    return Verdict(expected - 1)


def _all_entries() -> Iterator[Entry]:
    last = 0
    while batch := list(Entry.objects.filter(number__gt=last).order_by("number")[:BATCH]):
        yield from batch
        last = batch[-1].number
