"""Those who were not named: departments look at them, too, name whom they know not to need it, and confirm the rest."""

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_noop

from seatwise import audit
from seatwise.directory import independence
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, User
from seatwise.licenses import seats
from seatwise.reviews import review_questions
from seatwise.reviews.approval import actor_label, steps_of
from seatwise.reviews.models import Attestation, Item, Review, Step

NO_DEPARTMENT = gettext_noop("people without a deciding department")


@dataclass(frozen=True)
class Part:
    """The holders of one department who are not named: how many, their checksum, and what was confirmed last."""

    department: Department | None
    count: int
    checksum: str
    confirmed: Attestation | None

    @property
    def is_confirmed(self) -> bool:
        """Whether exactly these were confirmed."""
        return self.confirmed is not None and self.confirmed.checksum == self.checksum

    @property
    def name(self) -> str:
        return str(self.department) if self.department else _(NO_DEPARTMENT)


def checksum_of(logins: Iterable[str]) -> str:
    """SHA-256 of logins, sorted, a line each."""
    return hashlib.sha256("".join(f"{login}\n" for login in sorted(logins)).encode()).hexdigest()


def parts_of(review: Review, person: User) -> list[Part]:
    """What a person has to confirm, by department: a fixed number of queries."""
    logins: dict[int | None, list[str]] = defaultdict(list)
    mine = Item.objects.of(review).not_named().to_decide_by(person)
    for department, login in mine.values_list("decider_department", "facts__login").iterator(2000):
        logins[department].append(login)
    departments = Department.objects.in_bulk([pk for pk in logins if pk])
    latest = {each.department_id: each for each in Attestation.objects.filter(review=review).order_by("pk")}
    found = [
        Part(departments.get(pk or 0), len(names), checksum_of(names), latest.get(pk)) for pk, names in logins.items()
    ]
    return sorted(found, key=lambda part: (part.department is None, part.department and part.department.position))


@transaction.atomic
def confirm(
    review: Review, parts: Sequence[tuple[int | None, str]], *, by: User, remark: str = ""
) -> list[Attestation]:
    """I have looked at these holders, and they still need their licenses: by department, with the checksum seen.

    Raises Refused where others belong to it meanwhile.
    """
    by, review = independence.acting(by), _locked(review)
    mine = {part.department.pk if part.department else None: part for part in parts_of(review, by)}
    for department, checksum in parts:
        if department not in mine or mine[department].checksum != checksum:
            raise Refused(_("The list has changed in the meantime. Nothing was confirmed; check it again."))
    if not parts:
        raise Refused(_("Select what you have checked."))
    now, text = timezone.now(), actor_label(by)
    found = []
    for department, _checksum in parts:
        part = mine[department]
        attestation = Attestation.objects.create(
            review=review,
            department=part.department,
            department_text=str(part.department) if part.department else NO_DEPARTMENT,
            by=by,
            by_text=text,
            at=now,
            count=part.count,
            checksum=part.checksum,
            remark=remark.strip(),
        )
        found.append(attestation)
    audit.record_many(
        audit.entry(
            by,
            "review.attest",
            review,
            after={"department": each.department_text, "holders": each.count, "checksum": each.checksum},
            reason=each.remark,
        )
        for each in found
    )
    return found


@transaction.atomic
def name(item: Item, *, by: User, reason: str, on: datetime.date) -> Item:
    """Add somebody to those who are named, and ask them where members are asked. Raises Refused."""
    if not reason.strip():
        raise Refused(_("Give a reason for reviewing this license."))
    by = independence.acting(by)
    seats.lock(item.review.service)
    review = _locked(item.review)
    if steps_of(review):
        raise Refused(_("The decisions have already been submitted. They can be changed if they are returned."))
    mine = Item.objects.of(review).not_named().to_decide_by(by).filter(pk=item.pk, license__removed_on=None)
    if not mine.exists():
        raise Refused(_("You do not decide about this license, it is already selected, or it has since been removed."))
    added = {"added_by": by, "added_at": timezone.now(), "added_because": reason.strip()}
    if Item.objects.not_named().filter(pk=item.pk).update(**added) != 1:
        raise Refused(_("You do not decide about this license, it is already selected, or it has since been removed."))
    if review.asks_members and review.due >= on:
        review_questions.ask(review, by=by, on=on)
    item.refresh_from_db()
    audit.record(by=by, verb="item.name", subject=item, before={"named": False}, after=item.described(), reason=reason)
    return item


def _locked(review: Review) -> Review:
    """The review, held, while it is open and was not approved. Raises Refused."""
    found = Review.objects.select_for_update(of=("self",)).select_related("service", "owner").get(pk=review.pk)
    if found.state != Review.State.OPEN:
        raise Refused(_("“%(review)s” is not open, so nothing can be confirmed in it.") % {"review": found})
    if Step.Kind.APPROVED in steps_of(found):
        raise Refused(_("The decisions have already been approved, so no one can be confirmed any more."))
    return found
