"""Rules about sets of enquiries."""

import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from seatwise.directory.independence import interests_of
from seatwise.directory.models import Role, Service, Status, User, sees_all
from seatwise.enquiries import purposes
from seatwise.lib.batches import unindexed
from seatwise.licenses.models import License, Suspension

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models.expressions import RawSQL

    from seatwise.enquiries.models.enquiries import Enquiry  # noqa: F401 - in QuerySet["Enquiry"]

OPEN, ANSWERED, LAPSED, WITHDRAWN = "open", "answered", "lapsed", "withdrawn"


def _on_leave() -> Exists:
    """Whether the license or an account of the two sleeps, or did, since a day on which the question was put.

    A leave that began after its last day, or on the day on which it ended or later, changes nothing of it.
    """
    whose = Q(user=OuterRef("license__user")) | Q(user=OuterRef("person"), service=None)
    where = Q(service=None) | Q(service=OuterRef("license__service"))
    ended = Coalesce(OuterRef("ended_on"), Value(datetime.date.max), output_field=models.DateField())
    in_time = Q(begins__lte=OuterRef("due")) & Q(begins__lt=ended)
    held = Q(state=Suspension.State.ENDED, ended_on__gt=OuterRef("asked_on"), begins__lte=F("ended_on"))
    now = Q(state=Suspension.State.ASLEEP)
    return Exists(Suspension.objects.filter(whose & where & in_time & (now | held)))


INACTIVE = Q(state=OPEN, person__status=Status.INACTIVE)  # whoever is asked left meanwhile, and cannot answer
NOT_REACHED = Q(reached_on=None) & (Q(undeliverable=True) | Q(state=WITHDRAWN))


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    def visible_to(self, person: User | AnonymousUser) -> Self:
        """All; those put to oneself; those of licenses that one may see."""
        if sees_all(person):
            return self
        if not isinstance(person, User) or not person.is_active:
            return self.none()
        return self.filter(
            Q(person=person) | Q(license__in=License.objects.visible_to(person)) | _of_department(person)
        )

    def put_to(self, person: User | AnonymousUser) -> Self:
        return self.filter(person=person) if isinstance(person, User) and person.is_active else self.none()

    def answerable_for_others_by(self, person: User | AnonymousUser) -> Self:
        """Open ones that reach nobody and that the person may answer in their place; never about what is their own."""
        if not isinstance(person, User) or not person.is_active or person.role == Role.AUDITOR:
            return self.none()
        own = interests_of(person)
        others = self.open().exclude(Q(person__in=own) | Q(license__user__in=own)).reaching_nobody()
        if person.role == Role.ADMINISTRATOR:
            return others
        theirs = _decided_by(person)
        if person.role == Role.DEPARTMENT_ADMINISTRATOR:
            theirs |= Q(license__in=License.objects.visible_to(person)) | _of_department(person)
        return others.filter(theirs)

    def open(self) -> Self:
        return self.filter(state=OPEN)

    def answered(self) -> Self:
        return self.filter(state=ANSWERED)

    def kept(self) -> Self:
        """Those answered with a reason to keep it."""
        return self.answered().filter(answer="keep")

    def given_back(self) -> Self:
        """Those answered by giving it back."""
        return self.answered().filter(answer="give_back")

    def put_off(self, day: datetime.date) -> Self:
        """Those answered with “not now”, until a day after this one."""
        return self.answered().filter(answer="not_now", not_now_until__gt=day)

    def of(self, service: Service) -> Self:
        return self.filter(unindexed("license__service_id", service.pk))

    def about_licenses(self, licenses: "Iterable[License | int] | models.QuerySet[License] | RawSQL") -> Self:
        return self.filter(license__in=licenses)

    def held_by(self, users: "Iterable[User | int] | models.QuerySet[User] | RawSQL") -> Self:
        return self.filter(license__user__in=users)

    def about(self, row: models.Model) -> Self:
        return self.filter(about_type=row._meta.label_lower, about_id=str(row.pk))

    def for_purpose(self, purpose: str) -> Self:
        return self.filter(purpose=purpose)

    def on_leave(self) -> Self:
        """Those whose person or license sleeps, or did while the question was put."""
        return self.filter(_on_leave())

    def with_leave(self) -> Self:
        """Each with `was_on_leave`, in the same query."""
        return self.annotate(was_on_leave=_on_leave())

    def reaching_nobody(self) -> Self:
        """Those that could not be delivered, or not before they ended, or whose person is on leave or inactive."""
        return self.filter(NOT_REACHED | INACTIVE | _on_leave())

    def silent(self, day: datetime.date) -> Self:
        """Open ones whose time has passed in silence that counts: they reached somebody in time, who was not on leave.

        One that arrived on its last day only was no fair question, unless it was asked on that day.
        """
        in_time = Q(reached_on__lt=F("due")) | Q(reached_on=F("due"), asked_on=F("due"))
        return self.open().filter(in_time, due__lt=day).exclude(INACTIVE).exclude(_on_leave())

    def to_be_reminded(self, day: datetime.date) -> Self:
        """Open ones that reached somebody before, and whose last day has not passed."""
        reached = self.open().filter(reached_on__lt=day, due__gte=day)
        return reached.exclude(INACTIVE).exclude(_on_leave())

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def for_reading(self) -> Self:
        """With all that a page or a letter shows of each."""
        return self.select_related("license__service", "license__user", "person", "answered_by", "asked_by")


def _decided_by(person: User) -> Q:
    """Those about whose licenses somebody decides, as their purposes know."""
    found = Q(pk__in=[])
    for purpose in purposes.known():
        if purpose.decided_by is not None:
            found |= Q(purpose=purpose.name, pk__in=purpose.decided_by(person))
    return found


def _of_department(person: User) -> Q:
    """Those of a department administrator's people, for purposes that are theirs."""
    if person.role != Role.DEPARTMENT_ADMINISTRATOR:
        return Q(pk__in=[])
    theirs = [purpose.name for purpose in purposes.known() if purpose.for_department_administrators]
    return Q(purpose__in=theirs, license__user__in=User.objects.visible_to(person))
