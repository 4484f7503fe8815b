"""Who may use which services, as a file of the form that is read: see lib.licenses_file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO

from django.db.models import Q
from django.utils.translation import gettext as _

from seatwise.directory.models import Service, User
from seatwise.directory.models.people import Kind
from seatwise.lib.licenses_file import CYBOZU_CODES, csv_rows
from seatwise.licenses import unmanaged_services
from seatwise.licenses.file_plan import services_by_code
from seatwise.licenses.models import CarriedCode, License
from seatwise.site.list_files import write_csv

ENCODINGS = ("utf-8", "cp932")
BATCH = 2000
Row = tuple[str, list[str]]


def services_of_people(
    service: Service | None = None, *, everybody: bool = False, short_codes: bool = False
) -> Iterator[Row]:
    """(login, codes) by login name: whoever has anything; or whoever holds one service; or all but guests.

    Each with all of their services, since a row that is read replaces all of them. `short_codes`: cybozu.com's own.
    """
    names, managed = _names(short_codes), services_by_code()
    for ids in _in_order(service, everybody=everybody):
        users = sorted(User.objects.filter(pk__in=ids), key=lambda user: user.folded)
        codes = defaultdict[int, list[str]](list)
        held = License.objects.held().by(ids).order_by("service__code").values_list("user", "service__code")
        for user, code in held:
            codes[user].append(names.get(code, code))
        for user, carried in unmanaged_services.current(ids).items():
            codes[user] += [code for code in carried if code not in managed]
        yield from ((user.login, codes[user.pk]) for user in users if everybody or codes[user.pk])


def _in_order(service: Service | None, *, everybody: bool) -> Iterator[list[int]]:
    """The ids of the people of a file in parts, in the order of their login names."""
    people = User.objects.all()
    if service is not None:
        people = people.filter(pk__in=License.objects.of(service).held().values("user"))
    elif everybody:
        people = people.exclude(kind=Kind.GUEST)
    else:
        held, carried = License.objects.held().values("user"), CarriedCode.objects.current().values("user")
        people = people.filter(Q(pk__in=held) | Q(pk__in=carried))
    named = sorted(people.values_list("folded", "pk"))
    yield from ([pk for _folded, pk in named[start : start + BATCH]] for start in range(0, len(named), BATCH))


def _names(short_codes: bool) -> dict[str, str]:
    """What services are called where that is not their code."""
    own = set(Service.objects.values_list("code", flat=True))
    return {code: short for short, code in CYBOZU_CODES.items() if short not in own} if short_codes else {}


def heading() -> list[str]:
    """The first row, in the language of whoever asks."""
    return [_("Login name"), *(_("Service code %(number)s") % {"number": number} for number in (1, 2, 3))]


def write(out: IO[bytes], rows: Iterable[Row], *, encoding: str = "utf-8", with_heading: bool = True) -> None:
    """Write the file. Raises CannotHold: a login name with a character replaced would be somebody else's."""
    first = csv_rows((), heading() if with_heading else ())
    lines = chain(
        ((None, line) for line in first),
        (([login, ", ".join(codes)], "".join(csv_rows([(login, codes)]))) for login, codes in rows),
    )
    write_csv(out, lines, encoding)
