"""Adding entries, each sealed together with the one before."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from seatwise.audit import heads, seal_keys
from seatwise.audit.heads import Head
from seatwise.audit.models import Chain, Entry, at_text
from seatwise.audit.seal_keys import Key
from seatwise.lib import staged_rows
from seatwise.lib.batches import batches

# As in Entry.content(), and then the seal and whose it is.
_COLUMNS = (
    *("number", "at", "by_id", "by_login", "verb", "subject_type", "subject_id", "subject_text"),
    *("before", "after", "reason", "hash", "key_id"),
)
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


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
        staged_rows.add(Entry._meta.db_table, _COLUMNS, list(_sealed(chain, key, batch)))
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


def _sealed(chain: Chain, key: Key, entries: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """The rows of entries, each sealed together with the one before; the chain ends with the last of them."""
    now = timezone.now()
    at, stored = at_text(now), str(connection.ops.adapt_datetimefield_value(now))
    for each in entries:
        content = {"number": chain.number + 1, "at": at, **_said(**each)}
        chain.number, chain.hash = chain.number + 1, hash_of(key, text_of(chain.hash, content))
        row = content | {"at": stored, "before": json.dumps(content["before"]), "after": json.dumps(content["after"])}
        yield (*row.values(), chain.hash, key.id)


def _said(
    *,
    by: Any,
    verb: str,
    subject: models.Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> dict[str, Any]:
    return {
        "by": by.pk if by else None,
        "by_login": writable(by.get_username())[:512] if by else "",
        "verb": verb,
        "subject_type": subject._meta.label_lower if subject else "",
        "subject_id": str(subject.pk) if subject else "",
        "subject_text": writable(str(subject))[:500] if subject else "",
        "before": plain(before) if before else {},
        "after": plain(after) if after else {},
        "reason": writable(reason),
    }


def text_of(previous: str, content: Mapping[str, Any]) -> str:
    """What an entry's hash stands for: the hash of the entry before and the entry's content, as canonical JSON."""
    return _canonical([previous, content])


def hash_of(key: Key | None, text: str) -> str:
    """The seal of a text; entries from before there was a key have its SHA-256 alone."""
    return key.seal(text) if key else hashlib.sha256(text.encode()).hexdigest()


def writable(text: str) -> str:
    """A text that every database takes: NUL and lone surrogates are escaped visibly."""
    if text.isascii() and "\0" not in text:
        return text
    text = text.replace("\0", "\\x00")
    return text.encode("utf-8", "backslashreplace").decode()


def plain(value: Any) -> Any:
    """A value that comes back from either database as it went in: no floats, dates and decimals as text."""
    if type(value) is str:
        return writable(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        return str(value)
    if isinstance(value, dict | Mapping):
        return {writable(str(key)): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        parts = [plain(each) for each in value]
        return sorted(parts, key=str) if isinstance(value, set | frozenset) else parts
    return writable(str(value))
