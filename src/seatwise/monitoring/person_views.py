"""The page of one person in User Access Monitoring: what is recorded of them in a service, and since when."""

import datetime
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from seatwise.directory import person_page
from seatwise.directory.models import Employment, Kind, Membership, Service, Status, User
from seatwise.directory.requests import person_of
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days
from seatwise.lib.usage import NEW, UsageRow
from seatwise.licenses.models import License
from seatwise.monitoring import models
from seatwise.monitoring.basis import known_day
from seatwise.monitoring.figures import on_leave_until
from seatwise.monitoring.lines import short_date, translated
from seatwise.monitoring.own_record import periods
from seatwise.monitoring.person import Record, logins_shown, records, sees_sources, services_of
from seatwise.site.access import those_who_see_usage
from seatwise.site.fields import day_input
from seatwise.site.search import SearchForm


class LoginConverter:
    """A login as a part of an address: any login, and always one part.

    What proxies and browsers may take for something else (`/`, `%`, `..`, control characters) is written ~XX, each byte
    of its UTF-8 in hexadecimal; so is ~ itself.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The login; ValueError, which is a page that is not there, for what no login is written as."""
        if re.fullmatch(r"(?:[^~]|~[0-9A-F]{2})+", value) is None:
            raise ValueError(value)
        return unquote_to_bytes(value.replace("%", "~25").replace("~", "%")).decode("utf-8", "surrogatepass")

    def to_url(self, value: str) -> str:
        dots = not value.strip(".")
        kept = "@+-_" if dots else "@+-_."
        return "".join(char if char.isalnum() or char in kept else escaped(char) for char in value)


def escaped(char: str) -> str:
    """The bytes of a character as ~XX."""
    return "".join(f"~{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


class PersonForm(SearchForm):
    file_parameters = ()
    as_of = forms.DateField(
        label=gettext_lazy("As of"),
        required=False,
        widget=day_input(),
        input_formats=["%Y-%m-%d"],
    )

    def __init__(self, data: Any, service: Service) -> None:
        super().__init__(data)
        self.service = service
        self.fields["as_of"].widget.attrs["max"] = days.date_of(today()).isoformat()

    def clean_as_of(self) -> datetime.date | None:
        """A day that something is known of."""
        return known_day(self.service, self.cleaned_data["as_of"])

    def day(self) -> int | None:
        """The day that is asked for; None for the latest, also where the form is wrong, since it says so."""
        wanted = self.cleaned_data.get("as_of") if self.is_valid() else None
        return days.day_of(wanted) if wanted else None


@require_safe
@those_who_see_usage
def moved(request: HttpRequest, code: str, login: str) -> HttpResponseBase:
    """Where what is recorded of a person was."""
    found = get_object_or_404(User.objects.visible_to(person_of(request)), login=login)
    return person_page.moved(request, "access", found.pk, code)


@require_safe
@those_who_see_usage
def person(request: HttpRequest, pk: int, code: str = "") -> HttpResponseBase:
    """The tab, of one service: without a code, of the first that they use. That somebody looked is noted before they
    see anything.
    """
    viewer = person_of(request)
    found = person_page.person_or_404(request, "access", pk)
    services = Service.objects.visible_to(viewer)
    if not code:
        theirs = [each for each in services_of(found) if services.filter(pk=each.pk).exists()]
        first = theirs[0] if theirs else services.first()
        if first is None:
            return render(request, "monitoring/person_nothing.html", person_page.head(request, found, "access"))
        return person_page.moved(request, "access", pk, first.code)
    service = get_object_or_404(services, code=code)
    models.note(viewer, found, service, days.date_of(today()))
    form = PersonForm(request.GET, service)
    [record] = records(found, [service], form.day())
    licenses = periods(found, viewer, form.day())
    context = {
        **person_page.head(request, found, "access"),
        "service": service,
        "form": form,
        "is_latest": form.day() is None,
        "asked": "" if form.day() is None else f"?as_of={form.cleaned_data['as_of'].isoformat()}",
        "record": record,
        "licenses": licenses,
        "held": held(licenses, record),
        "services": others(licenses, service, viewer),
        "marks": list(marks(found, record, held(licenses, record))),
        "memberships": memberships(found),
        "sees_sources": sees_sources(viewer, found),
        "logins": logins_shown(found, viewer),
        "looks": models.looks_at(found, viewer),
        "time_zone": organization_zone(),
    }
    return render(request, "monitoring/person.html", context, status=200 if form.is_valid() else 400)


def held(licenses: list[License], record: Record) -> License | None:
    """The license of the service that was held on the day the record is as of; of the latest one, that held now."""
    own = [each for each in licenses if each.service_id == record.service.pk]
    day = record.as_of_date
    if day is None or record.is_latest:
        return next((each for each in own if each.removed_on is None), None)
    return next((e for e in own if e.added_on <= day and (e.removed_on is None or e.removed_on > day)), None)


def others(licenses: list[License], service: Service, viewer: User) -> list[Service]:
    """The services that the person has or had a license of and the viewer may look at, with this one; by name."""
    found = {each.service_id for each in licenses} | {service.pk}
    return list(Service.objects.visible_to(viewer).filter(pk__in=found))


def memberships(found: User) -> list[Membership]:
    """The departments of a person, now and before."""
    return list(found.membership_set.select_related("department").order_by("-primary", "department__position", "since"))


def marks(found: User, record: Record, license_held: License | None) -> Iterator[str]:
    """What to bear in mind before judging, in words: those of the list, and why somebody is not on it."""
    if found.status == Status.INACTIVE:
        yield found.get_status_display()
    if found.kind != Kind.USER:
        yield found.get_kind_display()
    if license_held is None:
        yield _("no license")
    as_of, part_time = record.as_of_date, found.employment == Employment.PART_TIME
    as_in_the_list = UsageRow(
        login=found.login,
        name=found.name,
        departments=(),
        last_access=None,
        access_days=0,
        api_only=record.api_only,
        is_new=bool(license_held and as_of and (as_of - license_held.first_day).days < NEW),
        part_time=part_time,
        expected_days=f"{found.expected_days.normalize():f}" if part_time and found.expected_days else "",
        weak_evidence=record.is_weak,
        on_leave_until=on_leave_until(record.service, [found.pk]).get(found.pk),
    )
    yield from as_in_the_list.marks_in_words(translated, short_date)
