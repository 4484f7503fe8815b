"""What is recorded of the person who looks, in their own words: on a page of its own."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from seatwise.directory.models import Login, Role, Service, User
from seatwise.directory.requests import person_of
from seatwise.ledger.zones import organization_zone
from seatwise.licenses import use_after_removal
from seatwise.licenses.models import License
from seatwise.monitoring.models import Looks, looks_at
from seatwise.monitoring.person import Record, logins_shown, records, services_of

NAMED = 12


@dataclass(frozen=True)
class Names:
    """The first of some people by name, and how many more there are."""

    first: list[User]
    more: int


@dataclass(frozen=True)
class OwnRecord:
    """What is recorded, who is responsible for it, who may see it and who has looked."""

    records: list[Record]
    licenses: list[License]
    logins: list[Login]
    time_zone: str
    administrators: Names
    auditors: Names
    department_administrators: list[User]
    seen_by_them: list[Service]
    looks: Looks

    @property
    def held(self) -> dict[int, License]:
        """The licenses that are held now, by service."""
        return {each.service_id: each for each in self.licenses if each.removed_on is None}

    @property
    def services(self) -> list[tuple[Record, License | None]]:
        """Each service with the license that is held now, those with one first."""
        pairs = [(record, self.held.get(record.service.pk)) for record in self.records]
        return sorted(pairs, key=lambda pair: pair[1] is None)


def named(role: str) -> Names:
    people = list(User.objects.active().with_role(role).order_by("name", "pk"))
    return Names(people[:NAMED], max(0, len(people) - NAMED))


def administrators_of_departments_of(person: User) -> list[User]:
    """The department administrators who look after any department of a person, themselves left out."""
    within = Q(pk__in=[])
    for department in person.departments_on():
        within |= Q(
            departmentadministrator__department__position__lte=department.position,
            departmentadministrator__department__last__gte=department.position,
        )
    found = User.objects.active().with_role(Role.DEPARTMENT_ADMINISTRATOR).filter(within).exclude(pk=person.pk)
    return list(found.distinct().order_by("name", "pk"))


def periods(person: User, viewer: User, until: int | None = None) -> list[License]:
    """The licenses of a person that somebody may see, the latest first; their use only `until` a day."""
    found = License.objects.visible_to(viewer).by([person]).select_related("service", "added_by", "removed_by")
    licenses = list(found.order_by("-added_on", "-pk"))
    use_after_removal.mark(licenses, until)
    return licenses


def own_record(person: User) -> OwnRecord:
    """All that is recorded of a person."""
    found = records(person, services_of(person))
    allowed = [record.service for record in found if record.service.seen_by_department_admins]
    return OwnRecord(
        records=found,
        licenses=periods(person, person),
        logins=logins_shown(person, person),
        time_zone=organization_zone(),
        administrators=named(Role.ADMINISTRATOR),
        auditors=named(Role.AUDITOR),
        department_administrators=administrators_of_departments_of(person),
        seen_by_them=allowed,
        looks=looks_at(person, person),
    )


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """What is recorded of whoever asks."""
    return render(request, "monitoring/record.html", {"card": {"own": own_record(person_of(request))}})
