"""Adding entries, each sealed together with the one before."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from seatwise.audit import heads, seal_keys
from seatwise.audit.heads import Head
from seatwise.audit.models import Chain, Entry
from seatwise.audit.seal_keys import Key
from seatwise.lib.batches import batches


def record_many(entries: Iterable[Mapping[str, Any]]) -> None:
    """Add entries in order. Raises TransactionManagementError outside of the transaction of the change."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an audit entry belongs into the transaction of its change")
    chain = None
    for batch in batches(entries):
        if chain is None:
            chain = _locked_chain()
            before = Head(chain.number, chain.hash)
            key = seal_keys.key_in_force(chain.number + 1)
        Entry.objects.bulk_create([_next(chain, key, **each) for each in batch])
    if chain:
        chain.save(update_fields=["number", "hash"])
        transaction.on_commit(partial(heads.remember, Head(chain.number, chain.hash), before))


def _locked_chain() -> Chain:
    """The end of the chain, held until the transaction ends."""
    try:
        return Chain.objects.select_for_update().get(pk=1)
    except Chain.DoesNotExist:
        Chain.objects.bulk_create([Chain(pk=1)], ignore_conflicts=True)
        return Chain.objects.select_for_update().get(pk=1)


def _next(
    chain: Chain,
    key: Key,
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
        key_id=key.id,
    )
    entry.hash = hash_of(key, text_of(chain.hash, entry))
    chain.number, chain.hash = entry.number, entry.hash
    return entry


def text_of(previous: str, entry: Entry) -> str:
    """What an entry's hash stands for: the hash of the entry before and the entry's content, as canonical JSON."""
    return json.dumps([previous, entry.content()], sort_keys=True, separators=(",", ":"))


def hash_of(key: Key | None, text: str) -> str:
    """The seal of a text; entries from before there was a key have its SHA-256 alone."""
    return key.seal(text) if key else hashlib.sha256(text.encode()).hexdigest()


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
