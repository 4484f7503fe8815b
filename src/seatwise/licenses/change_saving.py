"""Saving a change of licenses: all of it or nothing, in one transaction, and only what was seen in its preview."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.ledger import locking
from seatwise.licenses import seats, unmanaged_services
from seatwise.licenses.grants import Addition, add, remove
from seatwise.licenses.models import Change, ChangeDraft
from seatwise.licenses.preview import Preview, preview

AUDITED = (gettext_lazy("added"), gettext_lazy("removed"), gettext_lazy("selected"), gettext_lazy("confirmed"))


@dataclass(frozen=True)
class Said:
    """What somebody says who saves: which preview they saw, why, and which boxes they ticked.

    `unasked`: nobody was asked to tick any, and none is noted as ticked. `removals` is how many somebody confirmed,
    where a file removes many.
    """

    fingerprint: str
    reason: str = ""
    confirmed: Collection[str] = field(default_factory=frozenset)
    checked: Collection[str] = field(default_factory=frozenset)
    unasked: bool = False
    removals: int | None = None


class NotSaved(Refused):
    """Nothing was saved. `preview` is what would be done now, `problems` are what to do about it, in sentences."""

    def __init__(self, preview: Preview, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.preview, self.problems = preview, problems


@transaction.atomic
def save(draft: ChangeDraft, said: Said, *, by: User, on: datetime.date) -> Change:
    """Do what a draft says. A draft that was saved already is not saved again. Raises NotSaved."""
    _lock(draft)
    draft.refresh_from_db(from_queryset=ChangeDraft.objects.select_for_update())
    if draft.change is not None:
        return draft.change
    draft.change = carry_out(preview(draft.steps, by, on), said, how=draft.how, by=by, on=on)
    draft.save(update_fields=["change"])
    return draft.change


def _lock(draft: ChangeDraft) -> None:
    """People, services and the ledger's rows, before anything is written to the audit log."""
    seats.hold_people(pk for step in draft.steps for pk in step["users"])
    services = list(Service.objects.filter(pk__in=[step["service"] for step in draft.steps]).locked())
    for service in services:
        locking.lock(service)


def carry_out(
    found: Preview,
    said: Said,
    *,
    how: str,
    by: User | None,
    on: datetime.date,
    verb: str = "change.save",
    about: Mapping[str, Any] | None = None,
    in_effect: bool = False,
) -> Change:
    """Do what a preview says, as one change. Its people, services and as-of rows are locked, and it was made under
    these locks. `about` is more for the audit log; `in_effect`: it is so in the services already. Raises NotSaved."""
    problems = _problems(found, said)
    if problems:
        raise NotSaved(found, problems)
    ticked, confirmed = ([], []) if said.unasked else (found.to_check().values(), found.to_confirm().values())
    reason = said.reason.strip()
    change = Change.objects.begin(by=by, how=how, reason=reason, ticked=list(ticked))
    try:
        _do(found, change, on, in_effect)
    except Refused as refusal:
        raise NotSaved(found, [str(refusal)]) from refusal
    after = {
        "services": list(dict.fromkeys(step.service.code for step in found.steps)),
        "added": sum(step.count for step in found.steps if step.adds),
        "removed": sum(step.count for step in found.steps if not step.adds),
        "ticked": list(ticked),
        "confirmed": list(confirmed),
    }
    audit.record(by=by, verb=verb, subject=change, after={**(about or {}), **after}, reason=reason)
    return change


def _problems(found: Preview, said: Said) -> list[str]:
    if found.is_refused or said.fingerprint != found.fingerprint:
        return [_("Something changed in the meantime, so nothing was saved. This is what would be done now.")]
    problems = []
    if found.removes and not said.reason.strip():
        problems.append(_("Give a reason for removing the licenses."))
    unticked = set(found.to_confirm()) - set(said.confirmed) or set(found.to_check()) - set(said.checked)
    if unticked and not said.unasked:
        problems.append(_("Select every checkbox once you have checked its item."))
    return problems


def _do(found: Preview, change: Change, on: datetime.date, in_effect: bool) -> None:
    """Removals first: what they free can be given."""
    for step in sorted(found.steps, key=lambda step: (step.adds, step.service.pk)):
        if step.adds:
            added = [Addition(user, change) for user in step.people.values()]
            add(step.service, added, on=on, in_effect=in_effect)
        else:
            remove([(each, change) for each in step.licenses.values()], on=on, in_effect=in_effect)
    if found.codes:
        unmanaged_services.carry(found.codes, change)
