"""Carrying pending changes out at cybozu.com, which replaces all services of a user at once.

So each user is read just before, only what is pending is changed of what was read, and what is meant is kept before it
is sent. Then it is read back: what is shown there is confirmed, and nothing else is. After a crash, or where no answer
came, it is read back first, and only what is not shown is sent again. A rehearsal does the same without sending.

Between reading a user and replacing their services somebody else may change these: the API has no condition for that.
It is a second or two, and what is read back afterwards is kept beside what was meant.
"""

import datetime
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_noop

from seatwise import audit, configuration
from seatwise.connections import readings
from seatwise.connections.http import NoAnswer
from seatwise.connections.models import Connection, Sending, SentUser
from seatwise.connections.turns import Busy, turn
from seatwise.connections.user_api import PAGE, UserApi
from seatwise.connections.vendor_api import ApiError, NotRead
from seatwise.connections.wanted import Wanted, last_content, pending, wanted_of
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.lib.batches import among, batches, in_halves
from seatwise.licenses import effects
from seatwise.licenses.models import Effect

logger = logging.getLogger(__name__)
State = SentUser.State
REHEARSED = datetime.timedelta(hours=1)  # after which a rehearsal is too old to be followed
SETTLING = 3.0  # seconds until it is read back once more, where what was taken is not shown at once
NOT_LISTED = gettext_noop(
    "cybozu.com does not list this user: deleted, or the Administrator user. Make the change there by hand."
)
SEVERAL = gettext_noop("Several cybozu.com users match this person: %(logins)s. Make the change there by hand.")
ADMINISTRATOR = gettext_noop(
    "cybozu.com refused this user (%(why)s). A token with the scope “Read and Write” cannot "
    "change members of its Administrators group: make the change there by hand."
)


def ask(connection: Connection, *, by: User | None, rehearsal: bool = False, after: Sending | None = None) -> Sending:
    """A sending that is to be made; of what was pending at a rehearsal, where it comes `after` one. Raises Refused."""
    connection.token(writes=not rehearsal)
    if after is not None and timezone.now() - after.asked_at > REHEARSED:
        raise Refused(_("The rehearsal is more than an hour old. Run it again."))
    up_to = after.up_to if after else pending(connection).aggregate(last=Max("pk"))["last"] or 0
    made = Sending(connection=connection, rehearsal=rehearsal, by=by, up_to=up_to)
    try:
        with transaction.atomic():
            made.save()
            if not rehearsal:
                audit.record(by=by, verb="sending.begin", subject=made, before={}, after={"up_to": up_to})
    except IntegrityError:
        raise Refused(_("Pending changes are already being sent. Wait until that is done.")) from None
    return made


def follow(rehearsal: Sending, *, by: User | None) -> Sending:
    """Send what was pending at a rehearsal. Raises Refused."""
    if not rehearsal.rehearsal or rehearsal.state != Sending.State.DONE:
        raise Refused(_("The rehearsal did not complete. Run it again."))
    return ask(rehearsal.connection, by=by, after=rehearsal)


def carry_out(sending: Sending) -> None:
    """Do it, or go on with it. What stopped it is kept with it. Raises Busy where somebody else asks just now."""
    with turn(sending.connection) as keep:
        if Sending.objects.filter(pk=sending.pk).unfinished().update(state=Sending.State.RUNNING) != 1:
            return
        problem = ""
        try:
            api = readings.api_of(sending.connection, keep, writes=not sending.rehearsal)
            _carry_out(sending, api)
        except (NotRead, NoAnswer) as error:
            problem = readings.in_words(error, sending.connection.of)
        except Refused as refusal:
            problem = str(refusal)
        except Busy:
            raise
        except Exception:
            logger.exception("sending %s to cybozu.com failed", sending.pk)
            problem = _(readings.OUR_FAULT)
        _end(sending, problem)


def _carry_out(sending: Sending, api: UserApi) -> None:
    if not sending.rehearsal:
        settle(sending, api)
    done = set(sending.users.values_list("user", flat=True))
    waiting = [each for each in wanted_of(sending.connection, sending.up_to) if each.user.pk not in done]
    last = last_content(sending.connection)
    for some in batches(waiting, PAGE):
        _send_some(sending, api, some, last)


@transaction.atomic
def _end(sending: Sending, problem: str) -> None:
    sending.state = Sending.State.FAILED if problem else Sending.State.DONE
    sending.problem, sending.ended_at = problem, timezone.now()
    sending.save(update_fields=["state", "problem", "ended_at"])
    if not sending.rehearsal:
        counts = {"problem": problem} if problem else {}
        for state in sending.users.values_list("state", flat=True):
            counts[state] = str(int(counts.get(state, "0")) + 1)
        audit.record(by=sending.by, verb="sending.end", subject=sending, before={}, after=counts)


def _send_some(sending: Sending, api: UserApi, some: Sequence[Wanted], last: Mapping[str, Sequence[str]]) -> None:
    by_login = {each.login: each for each in some}
    before = api.services_of(by_login)
    users = [_row(sending, each, before.get(each.login), last) for each in some]
    with transaction.atomic():
        if not sending.rehearsal:
            already = [row for row in users if row.state == State.ALREADY]
            _show(sending, already, by_login, confirmed=True)
            audit.record_many(audit.entry(sending.by, "sending.user", row.user, after=row.described()) for row in users)
        SentUser.objects.bulk_create(users)
    meant = [row for row in users if row.state == State.MEANT]
    if meant:
        _replace(sending, api, meant, by_login)


def _row(sending: Sending, wanted: Wanted, before: Sequence[str] | None, last: Mapping[str, Sequence[str]]) -> SentUser:
    made = SentUser(sending=sending, user=wanted.user, login=wanted.login, effects=sorted(wanted.effects.values()))
    if before is None or wanted.also:
        logins = ", ".join([wanted.login, *wanted.also])
        made.state = State.REFUSED
        made.problem = _(SEVERAL) % {"logins": logins} if wanted.also else _(NOT_LISTED)
        return made
    made.before, made.wanted = list(before), wanted.of(before)
    if wanted.login in last:
        made.changed_since = differences(last[wanted.login], before)
    if set(made.wanted) == set(before):
        made.state = State.ALREADY
    else:
        made.state = State.PLANNED if sending.rehearsal else State.MEANT
    return made


def differences(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """What came and what went, as “+garoon” and “-office”."""
    came = [f"+{code}" for code in after if code not in before]
    return came + [f"-{code}" for code in before if code not in after]


def _replace(sending: Sending, api: UserApi, meant: Sequence[SentUser], by_login: Mapping[str, Wanted]) -> None:
    """Send them: all at once, and where one is refused in halves, each read once more before."""

    def put(some: Sequence[SentUser]) -> None:
        if len(some) < len(meant):
            _look_again(api, some, by_login)
        api.replace_services({row.login: row.wanted for row in some})

    try:
        refused = in_halves(meant, put, lambda error: isinstance(error, ApiError) and error.status in (400, 403, 404))
    except (NotRead, NoAnswer):
        _find_out(sending, api, meant, by_login, sent=False)
        raise
    why = {row.pk: error for row, error in refused}
    for row in meant:
        if row.pk in why:
            row.state, row.problem = State.REFUSED, _(ADMINISTRATOR) % {"why": why[row.pk]}
            row.save(update_fields=["state", "problem"])
    _find_out(sending, api, [row for row in meant if row.pk not in why], by_login, sent=True)
    if len(why) == len(meant) > 1:
        raise Refused(_("cybozu.com refused all users in a request, so nothing more was sent: %(why)s") % {
            "why": next(iter(why.values()))
        })  # fmt: skip


def _look_again(api: UserApi, some: Sequence[SentUser], by_login: Mapping[str, Wanted]) -> None:
    now = api.services_of([row.login for row in some])
    for row in some:
        if row.login in now and set(now[row.login]) != set(row.before):
            row.changed_since = [*row.changed_since, *differences(row.before, now[row.login])]
            row.before, row.wanted = now[row.login], by_login[row.login].of(now[row.login])
            row.save(update_fields=["before", "wanted", "changed_since"])


def _find_out(
    sending: Sending, api: UserApi, some: Sequence[SentUser], by_login: Mapping[str, Wanted], *, sent: bool
) -> None:
    """Read some back. What is shown is confirmed; what was `sent` for certain, and is not shown, is carried out."""
    if not some:
        return
    logins = [row.login for row in some]
    try:
        found = api.services_of(logins)
        if sent and not all(_is_shown(by_login[login], found.get(login)) for login in logins):
            readings.pause(SETTLING)
            found = api.services_of(logins)
    except (NotRead, NoAnswer):
        if sent:
            _show(sending, some, by_login, confirmed=False)
        raise
    with transaction.atomic():
        good = [row for row in some if _is_shown(by_login[row.login], found.get(row.login))]
        _show(sending, good, by_login, confirmed=True)
        shown = {row.pk for row in good}
        if sent:
            _show(sending, [row for row in some if row.pk not in shown], by_login, confirmed=False)
        for row in some:
            row.found = found.get(row.login)
            row.state = State.CONFIRMED if row.pk in shown else State.NOT_SHOWN
            row.save(update_fields=["found", "state"])


def _is_shown(wanted: Wanted, found: Sequence[str] | None) -> bool:
    """Whether all that was pending of a user is so there."""
    return found is not None and all((code in found) == adds for code, adds in wanted.adds.items())


@transaction.atomic
def _show(sending: Sending, some: Sequence[SentUser], by_login: Mapping[str, Wanted], *, confirmed: bool) -> None:
    """Confirm what is pending of some users; or keep that it was carried out."""
    ids: dict[str, list[int]] = defaultdict(list)
    for row in some:
        for code, effect in by_login[row.login].effects.items():
            ids[code].append(effect)
    if not ids:
        return
    services = {code: each for code, each in sending.connection.services().items() if code in ids}
    Service.objects.filter(pk__in=[each.pk for each in services.values()]).lock()
    evidence = readings.evidence_of(timezone.now()) if confirmed else _("sent to cybozu.com, not visible there yet")
    for service in sorted(services.values(), key=lambda each: each.pk):
        code = next(code for code, each in services.items() if each == service)
        on = configuration.today()
        effects.shown(service, ids[code], evidence=evidence, by=sending.by, on=on, confirmed=confirmed)


def settle(sending: Sending, api: UserApi) -> None:
    """Find out what became of users who were perhaps sent, by this sending before a crash or by an earlier one.

    Those of this one who are not shown were not reached: they are forgotten, and sent anew.
    """
    every = SentUser.objects.meant().filter(sending__connection=sending.connection).select_related("sending", "user")
    for some in batches(every.order_by("pk"), PAGE):
        _settle(sending, api, some)


def _settle(sending: Sending, api: UserApi, some: Sequence[SentUser]) -> None:
    found = api.services_of({row.login for row in some})
    still = _still_wanted(sending.connection, some)
    with transaction.atomic():
        good = [row for row in some if row.pk in still and _is_shown(still[row.pk], found.get(row.login))]
        _show(sending, good, {row.login: still[row.pk] for row in good}, confirmed=True)
        shown = {row.pk for row in good}
        for row in some:
            if row.pk not in shown and row.sending_id == sending.pk:
                row.delete()
                continue
            row.found = found.get(row.login)
            row.state = State.CONFIRMED if row.pk in shown else State.NOT_SHOWN
            row.save(update_fields=["found", "state"])


def _still_wanted(connection: Connection, some: Sequence[SentUser]) -> dict[int, Wanted]:
    """By the ids of their rows: what is still pending of what was meant."""
    codes = {service.pk: code for code, service in connection.services().items()}
    ids = {pk for row in some for pk in row.effects}
    waiting = {
        each.pk: each for each in Effect.objects.pending().filter(pk__in=among(sorted(ids))).select_related("license")
    }
    found: dict[int, Wanted] = {}
    for row in some:
        wanted = found[row.pk] = Wanted(row.user, row.login)
        for pk in row.effects:
            effect = waiting.get(pk)
            if effect is not None and effect.license.service_id in codes:
                code = codes[effect.license.service_id]
                wanted.adds[code], wanted.effects[code] = effect.what == Effect.What.ADD, pk
    return found
