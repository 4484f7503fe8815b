"""Asking, and asking again."""

import datetime
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import Kind, Service, User
from seatwise.enquiries import facts, mails, purposes
from seatwise.enquiries.models import Enquiry
from seatwise.letters import writing
from seatwise.lib.batches import batches
from seatwise.licenses import seats
from seatwise.licenses.models import License, Policy


@dataclass(frozen=True)
class Draft:
    """A question that is to be put. Without `facts`, they are what the ledger has now."""

    license: License
    about: models.Model
    due: datetime.date
    facts: Mapping[str, Any] | None = None


def due_day(service: Service, on: datetime.date) -> datetime.date:
    """The last day for the answer to a question put on a day, as the policy of a service has it."""
    return on + datetime.timedelta(days=Policy.of(service).question_days)


def whom_to_ask(held: License) -> User:
    """Whoever holds a license; of an account that is nobody's own, whoever is responsible for it."""
    return who_answers_for(held.user)


def who_answers_for(holder: User) -> User:
    """The same, of a holder."""
    responsible = holder.responsible if holder.kind in (Kind.SHARED, Kind.SYSTEM) else None
    return responsible if responsible is not None and responsible.is_active else holder


@transaction.atomic
def ask_many(drafts: Sequence[Draft], *, purpose: str, by: User | None, on: datetime.date) -> list[Enquiry]:
    """Ask about many licenses, or about none: Refused where one is not held any more or its holder is being asked.

    Locks the services: nothing later in the order of locks may be held. The number of queries grows with services and
    batches, not with questions.
    """
    purposes.named(purpose)
    services = {each.license.service_id: each.license.service for each in drafts}
    seats.lock(*services.values())
    for some in batches([each.license.pk for each in drafts]):
        _refuse_what_cannot_be_asked(some)
    known = facts.facts_of([each.license for each in drafts if each.facts is None])
    enquiries = Enquiry.objects.bulk_create(
        [_enquiry(each, purpose, known.get(each.license.pk), by, on) for each in drafts]
    )
    writing.write_many(mails.question_of(enquiry) for enquiry in enquiries)
    audit.record_many(
        audit.entry(by, "enquiry.ask", each, after={**each.described(), **each.facts}) for each in enquiries
    )
    return list(Enquiry.objects.for_reading().filter(pk__in=[each.pk for each in enquiries]).order_by("pk"))


def _refuse_what_cannot_be_asked(licenses: Sequence[int]) -> None:
    asked = Enquiry.objects.open().about_licenses(licenses).select_related("license__user", "license__service").first()
    if asked:
        raise Refused(
            _("%(name)s is already being asked about %(service)s. Nothing was changed.")
            % {"name": asked.license.user, "service": asked.license.service}
        )
    if License.objects.held().filter(pk__in=licenses).count() != len(licenses):
        raise Refused(_("This license has since been removed, so no one was asked."))


def _enquiry(
    draft: Draft, purpose: str, known: Mapping[str, Any] | None, by: User | None, on: datetime.date
) -> Enquiry:
    if draft.due < on:
        raise Refused(_("The last day to answer is before the day of the question."))
    return Enquiry(
        license=draft.license,
        person=whom_to_ask(draft.license),
        purpose=purpose,
        about_type=draft.about._meta.label_lower,
        about_id=str(draft.about.pk),
        asked_by=by,
        asked_on=on,
        due=draft.due,
        facts=dict(draft.facts if draft.facts is not None else known or {}),
        nonce=secrets.token_hex(16),
    )


@transaction.atomic
def remind(enquiry: Enquiry, *, on: datetime.date, by: User | None = None) -> bool:
    """Put an open question once more; False where somebody else did, or it does not wait any more."""
    seats.lock(enquiry.license.service)
    number = enquiry.reminders + 1
    same = Enquiry.objects.open().filter(pk=enquiry.pk, reminders=enquiry.reminders, due__gte=on)
    if same.update(reminders=number) != 1:
        enquiry.refresh_from_db()
        return False
    enquiry.reminders = number
    writing.write_many([mails.reminder_of(enquiry)])
    audit.record(by=by, verb="enquiry.remind", subject=enquiry, after={**enquiry.described(), "reminder": number})
    return True


def remind_due(day: datetime.date) -> str | None:
    """Put open questions once more on the days that their purposes name; one reminder after days without any."""
    reminded = 0
    for purpose in purposes.known():
        waiting = Enquiry.objects.for_purpose(purpose.name).to_be_reminded(day) if purpose.remind_after else ()
        for enquiry in waiting:
            passed = sum(enquiry.asked_on + datetime.timedelta(days=after) <= day for after in purpose.remind_after)
            reminded += passed > enquiry.reminders and remind(enquiry, on=day)
    return f"questions put once more: {reminded}" if reminded else None
