"""Who cannot be given a license, and whose license cannot be removed: obstacles, in sentences.

A fixed number of queries for each 2,000 people.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from seatwise.directory.models import Service, User
from seatwise.directory.models.people import Kind
from seatwise.lib.batches import batches
from seatwise.licenses import own_licenses
from seatwise.licenses.change_warnings import Concern
from seatwise.licenses.models import License


def refused_additions(service: Service, people: Mapping[int, User], by: User | None) -> Iterator[Concern]:
    """Who cannot be given a license by somebody."""
    own = sorted(own_licenses.not_to_be_given(service, list(people), by))
    if own:
        text = _(
            "Whoever administers departments gives no license to themselves or to an account of theirs: %(names)s."
        )
        names = _(", ").join(str(people[pk]) for pk in own)
        yield Concern("own", f"{text % {'names': names}} {own_licenses.instead(own)}", own)
    guests = sorted(pk for pk, user in people.items() if user.kind == Kind.GUEST)
    if guests:
        text = ngettext(
            "%(count)s of these is a guest user, and guests hold no licenses.",
            "%(count)s of these are guest users, and guests hold no licenses.",
            len(guests),
        )
        yield Concern("guests", text % {"count": len(guests)}, guests)
    holders: list[int] = []
    for some in batches(sorted(people)):
        holders += License.objects.held().of(service).by(some).values_list("user", flat=True)
    if holders:
        text = ngettext(
            "%(count)s of these holds a license already.", "%(count)s of these hold a license already.", len(holders)
        )
        yield Concern("holders", text % {"count": len(holders)}, sorted(holders))


def refused_removals(
    people: Iterable[int], licenses: Mapping[int, License], on: datetime.date
) -> Iterator[Concern]:  # fmt: skip
    gone = sorted(set(people) - set(licenses))
    if gone:
        text = ngettext(
            "%(count)s of these holds no license, or no longer.",
            "%(count)s of these hold no license, or no longer.",
            len(gone),
        )
        yield Concern("gone", text % {"count": len(gone)}, gone)
    later = sorted(pk for pk, each in licenses.items() if each.added_on > on)
    if later:
        text = ngettext(
            "%(count)s of these begins to hold the license on a later day.",
            "%(count)s of these begin to hold the license on a later day.",
            len(later),
        )
        yield Concern("later", text % {"count": len(later)}, later)
