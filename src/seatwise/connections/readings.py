"""Reading a vendor: everything that fits together is kept; what it shows is confirmed; what differs is noted.

A reading changes no person and no license. What it would change is looked at and saved as a file of people and a file
of licenses are, by the same code: see reading_files. What vendors say of who used a service is in vendor_reports.
"""

import datetime
import logging
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_noop, ngettext

from seatwise import audit
from seatwise.connections import failures, vendor_reports
from seatwise.connections.http import NoAnswer, send
from seatwise.connections.kinds import Kind
from seatwise.connections.models import Connection, Drift, Reading
from seatwise.connections.turns import Busy, turn
from seatwise.connections.user_api import Directory, UserApi
from seatwise.connections.vendor_api import LONGEST_PAUSE, ApiError, NotRead
from seatwise.directory import rows
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.lib.batches import among, batches
from seatwise.lib.logins import fold
from seatwise.licenses import effects
from seatwise.licenses.file_plan import find_people
from seatwise.licenses.models import Effect, License
from seatwise.site.words import minute

logger = logging.getLogger(__name__)
OUR_FAULT = gettext_noop("Seatwise failed unexpectedly. Its output says why.")
pause: Callable[[float], None] = time.sleep


def api_of(connection: Connection, keep: Callable[[], None] = lambda: None, *, writes: bool = False) -> UserApi:
    """The API by the token to read by, or by the one to send changes by. Raises Refused."""
    return UserApi(connection.address, connection.token(writes=writes), send=send, pause=pause, before_each=keep)


def test(connection: Connection) -> str:
    """Ask for little; what came, in a sentence. Raises Refused, which says what went wrong."""
    try:
        with turn(connection) as keep:
            if connection.of.gives_reports:
                return vendor_reports.test(connection, keep, pause)
            count = api_of(connection, keep).test()
    except (NotRead, NoAnswer, Busy) as error:
        raise Refused(in_words(error, connection.of)) from None
    text = ngettext(
        "%(address)s answers: %(count)s user on the first page.",
        "%(address)s answers: %(count)s users on the first page.",
        count,
    )
    return text % {"address": connection.address, "count": count}


def in_words(error: Exception, kind: Kind) -> str:
    """Why nothing was read or sent, and what next."""
    said = {"name": kind.name, "why": error}
    if isinstance(error, Busy):
        return _("Another request to %(name)s is still running. Try again in a few minutes.") % said
    if isinstance(error, NoAnswer):
        return _("%(name)s did not answer: %(why)s.") % said
    text = _("%(name)s answered: %(why)s") % said
    if isinstance(error, ApiError) and error.after is not None and error.after > LONGEST_PAUSE:
        return f"{text} {_('The rate limit was reached. Try again later.')}"
    hint = kind.hints.get(error.status) if isinstance(error, ApiError) and error.after is None else None
    return f"{text} {hint}" if hint else text


def ask(connection: Connection, *, by: User | None) -> Reading:
    """A reading that is to be made, or the one that is being made already."""
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        waiting: Reading | None = Reading.objects.filter(connection=connection).unfinished().first()
        return waiting or Reading.objects.create(connection=connection, asked_by=by)


def read(reading: Reading) -> None:
    """Make it. What went wrong is kept with it. Raises Busy where somebody else asks cybozu.com just now."""
    connection = reading.connection
    with turn(connection) as keep:
        began = timezone.now()
        claimed = Reading.objects.filter(pk=reading.pk).unfinished()
        if claimed.update(state=Reading.State.RUNNING, began_at=began) != 1:
            return
        reading.state, reading.began_at = Reading.State.RUNNING, began
        try:
            if connection.of.gives_reports:
                _keep_reports(reading, vendor_reports.fetch(connection, keep, pause))
            else:
                _keep(reading, content_of(api_of(connection, keep).directory()))
        except (NotRead, NoAnswer, Refused) as error:
            _fail(reading, str(error) if isinstance(error, Refused) else in_words(error, connection.of))
        except Busy:
            raise
        except Exception:
            logger.exception("reading %s of %s failed", reading.pk, connection.of.name)
            _fail(reading, _(OUR_FAULT))


@transaction.atomic
def _fail(reading: Reading, problem: str) -> None:
    reading.state, reading.problem, reading.ended_at = Reading.State.FAILED, problem, timezone.now()
    reading.save(update_fields=["state", "problem", "ended_at"])
    failures.note_failed(reading)
    audit.record(
        by=reading.asked_by, verb="connection.read_failed", subject=reading, before={}, after={"problem": problem}
    )


def content_of(found: Directory) -> dict[str, Any]:
    """What was read, as it is kept. Departments of a user: the primary one first."""
    ids = {each.id: each.code for each in found.organizations}
    of_user: dict[str, list[str]] = {}
    for code, members in found.members.items():
        for user in members:
            of_user.setdefault(user, []).append(code)
    return {
        "users": [
            {
                "code": each.code,
                "name": each.name,
                "email": each.email,
                "employee_number": each.employee_number,
                "active": each.active,
                "departments": sorted(of_user.get(each.code, ()), key=lambda c: c != ids.get(each.organization or 0)),
            }
            for each in found.users
        ],
        "organizations": {each.code: {"name": each.name, "parent": each.parent} for each in found.organizations},
        "services": {code: list(services) for code, services in found.services.items()},
    }


@transaction.atomic
def _keep(reading: Reading, content: dict[str, Any]) -> None:
    services = reading.connection.services()
    known = known_people(content["services"])
    Service.objects.filter(pk__in=[each.pk for each in services.values()]).lock()
    confirmed = _confirm(reading, content["services"], services, known)
    reading.ended_at = timezone.now()
    differs = note(reading, content["services"], services, known)
    active = sum(each["active"] for each in content["users"])
    reading.counts = {
        "users": len(content["users"]),
        "active": active,
        "organizations": len(content["organizations"]),
        "unknown": sum(fold(each["code"]) not in known for each in content["users"]),
        "confirmed": confirmed,
        "differs": differs,
    }
    _end(reading, content)


@transaction.atomic
def _keep_reports(reading: Reading, content: dict[str, Any]) -> None:
    """Nothing of it is taken over yet."""
    reading.ended_at, reading.counts = timezone.now(), vendor_reports.counts_of(content)
    _end(reading, content)


def _end(reading: Reading, content: dict[str, Any]) -> None:
    reading.state, reading.content = Reading.State.DONE, content
    reading.save(update_fields=["state", "problem", "content", "counts", "ended_at"])
    Reading.objects.filter(connection=reading.connection, pk__lt=reading.pk).exclude(content={}).update(content={})
    failures.note_read(reading)
    audit.record(by=reading.asked_by, verb="connection.read", subject=reading, before={}, after=reading.counts)


def known_people(codes: Collection[str]) -> dict[str, User]:
    """Whose login names of cybozu.com are known here, by folded login name."""
    return find_people(sorted({fold(code) for code in codes}))


def evidence_of(at: datetime.datetime) -> str:
    """What shows that it is so: read there, and when."""
    return _("read at cybozu.com at %(at)s") % {"at": minute(at)}


def _confirm(
    reading: Reading, there: Mapping[str, Collection[str]], services: Mapping[str, Service], known: Mapping[str, User]
) -> int:
    """Confirm what was pending and is so there; only of users whose services are listed."""
    assert reading.began_at is not None
    listed = {known[fold(code)].pk for code in there if fold(code) in known}
    confirmed = 0
    day = timezone.localtime(reading.began_at).date()
    for code, service in services.items():
        if effects.takes_effect_by_itself(service):
            continue
        has = {known[fold(user)].pk for user, codes in there.items() if code in codes and fold(user) in known}
        certain = effects.certain_holders(service, day)
        trusted = effects.are_enough(len(certain & has), len(certain))
        waiting = Effect.objects.pending().of(service).of_kind(Effect.What.REMOVE)
        if not trusted and waiting.exists():
            text = _("Only %(there)s of the %(here)s people who hold a license for %(service)s have it there, so "
                     "no removals were confirmed. Check the differences.")  # fmt: skip
            reading.problem = text % {"there": len(certain & has), "here": len(certain), "service": service}
        confirmed += effects.confirm(
            service,
            has,
            as_of=day,
            evidence=evidence_of(reading.began_at),
            by=reading.asked_by,
            on=days.date_of(today()),
            complete=False,
            gone=listed - has if trusted else (),
        )
    return confirmed


Key = tuple[int, str, str]  # service, folded login, what


def note(
    reading: Reading, there: Mapping[str, Collection[str]], services: Mapping[str, Service], known: Mapping[str, User]
) -> int:
    """Keep what differs by a reading, and end what does not any more; how much differs now.

    Nothing is kept of the first reading, before anything was taken over from there.
    """
    at, earlier = reading.ended_at or timezone.now(), _earlier(reading)
    found: dict[Key, Drift] = {}
    for code, service in services.items():
        for drift in _of(service, code, there, known):
            found[service.pk, fold(drift.login), drift.what] = drift
    if earlier is None:
        return len(found)
    open_ones: dict[Key, int] = {}
    current = Drift.objects.current().filter(connection=reading.connection)
    for pk, service_id, login, what in current.values_list("pk", "service", "login", "what"):
        open_ones[service_id, fold(login), what] = pk
    for some in batches([pk for key, pk in open_ones.items() if key not in found]):
        Drift.objects.filter(pk__in=among(some)).update(ended_at=at)
    new = [drift for key, drift in found.items() if key not in open_ones]
    for drift in new:
        drift.connection_id, drift.found_at, drift.not_before = reading.connection_id, at, earlier
    rows.insert(Drift, new)
    return len(found)


def _earlier(reading: Reading) -> datetime.datetime | None:
    """When it was read before, of the same services: what is new came after that."""
    found = Reading.objects.done().filter(connection=reading.connection, pk__lt=reading.pk).newest_first()
    earlier: datetime.datetime | None = found.values_list("began_at", flat=True).first()
    return earlier


def _of(service: Service, code: str, there: Mapping[str, Collection[str]], known: Mapping[str, User]) -> "list[Drift]":
    held: dict[int, str] = dict(License.objects.of(service).held().values_list("user", "user__login"))
    pending = set(Effect.objects.pending().of(service).values_list("license__user", flat=True))
    what, found = Drift.What, list[Drift]()
    listed = {known[fold(login)].pk for login in there if fold(login) in known}
    having: set[int] = set()
    for login, codes in there.items():
        if code not in codes:
            continue
        user = known.get(fold(login))
        if user is None:
            found.append(Drift(service=service, login=login, what=what.ONLY_THERE))
            continue
        having.add(user.pk)
        if user.pk not in held and user.pk not in pending:
            found.append(Drift(service=service, login=login, user=user, what=what.ONLY_THERE))
    for pk, login in held.items():
        if pk not in having and pk not in pending:
            kind = what.ONLY_HERE if pk in listed else what.NOT_LISTED
            found.append(Drift(service=service, login=login, user_id=pk, what=kind))
    return found
