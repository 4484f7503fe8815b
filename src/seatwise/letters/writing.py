"""Writing letters: in the transaction of what they are about, so that one that is undone is never sent."""

import datetime
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone

from seatwise import configuration
from seatwise.directory.models import User
from seatwise.letters import hooks, kinds
from seatwise.letters.backends import NO_SERVER, is_off
from seatwise.letters.composing import problem_of
from seatwise.letters.models import Letter, State
from seatwise.letters.tasks import wake_worker

BATCH = 500


@dataclass(frozen=True)
class Draft:
    """A letter that is to be written. `key` is what makes it this letter and no other; `due_at` None is now."""

    to: User
    kind: str
    about: models.Model
    key: str
    due_at: datetime.datetime | None = None


def write(*, to: User, kind: str, about: models.Model, key: str, due_at: datetime.datetime | None = None) -> Letter:
    """Write a letter, to be sent once the transaction is committed; one with this key that there is already is it."""
    return write_many([Draft(to, kind, about, key, due_at)])[0]


def write_many(drafts: Iterable[Draft]) -> list[Letter]:
    """Write letters, in their order: a few queries for each hundred."""
    letters: list[Letter] = []
    drafts = list(drafts)
    with transaction.atomic():
        for start in range(0, len(drafts), BATCH):
            letters += _write(drafts[start : start + BATCH])
        transaction.on_commit(wake_worker)
    return letters


def _write(drafts: list[Draft]) -> list[Letter]:
    now = timezone.now()
    new = [_letter(draft, now) for draft in drafts]
    Letter.objects.bulk_create(new, ignore_conflicts=True)
    found = {letter.key: letter for letter in Letter.objects.filter(key__in=[each.key for each in new])}
    for each in new:
        letter = found[each.key]
        letter.to = each.to if each.to.pk == letter.to_id else letter.to
    written = [found[each.key] for each in new if found[each.key].message_id == each.message_id]
    hooks.tell_written(written)
    hooks.tell_undeliverable(*(letter for letter in written if letter.is_undeliverable))
    return [found[each.key] for each in new]


def _letter(draft: Draft, now: datetime.datetime) -> Letter:
    kinds.named(draft.kind)
    due = draft.due_at or now
    problem = problem_of(draft.to) or (NO_SERVER if due <= now and is_off() else "")
    return Letter(
        to=draft.to,
        kind=draft.kind,
        subject_type=draft.about._meta.label_lower,
        subject_id=str(draft.about.pk),
        key=draft.key,
        language=draft.to.language,
        address=draft.to.email,
        state=State.UNDELIVERABLE if problem else State.WAITING,
        problem=problem,
        written_at=now,
        due_at=due,
        next_attempt_at=due,
        message_id=new_message_id(),
    )


def new_message_id() -> str:
    """A Message-ID that nobody guesses: it is what reports of letters that did not arrive name."""
    return f"<seatwise.{secrets.token_hex(16)}@{configuration.MAIL_FROM.value().partition('@')[2]}>"
