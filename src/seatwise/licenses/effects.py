"""What has to be done in the services themselves after licenses changed here; and what shows that it was done."""

import datetime
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from seatwise import audit, configuration
from seatwise.directory import rows
from seatwise.directory.changes import Refused, ServiceChange
from seatwise.directory.independence import interests_of
from seatwise.directory.models import Login, Service, User
from seatwise.ledger.snapshots import Imported
from seatwise.ledger.zones import today
from seatwise.lib import days
from seatwise.lib.batches import among, batches
from seatwise.licenses import hooks, own_licenses, seats
from seatwise.licenses.models import Effect, License, Policy

ADD, REMOVE, SLEEP, WAKE = Effect.What.ADD, Effect.What.REMOVE, Effect.What.SLEEP, Effect.What.WAKE


def takes_effect_by_itself(service: Service) -> bool:
    """Whether Seatwise stands before it, so that nothing is left to be done."""
    return service.how_removal_takes_effect == Service.Removal.GATE


def added(service: Service, licenses: Sequence[License], on: datetime.date) -> None:
    """New licenses are to be added there; not where the holder's removal was not carried out yet. Under seats.lock."""
    if takes_effect_by_itself(service):
        return
    there: set[int] = set()
    for some in batches([each.user_id for each in licenses]):
        waiting = Effect.objects.pending().of(service).of_kind(REMOVE).filter(license__user__in=among(some))
        there.update(waiting.requested().values_list("license__user", flat=True))
        waiting.withdraw(on)
    _begin(ADD, [each for each in licenses if each.user_id not in there], on)
    asleep: list[License] = []
    for some in batches([each.pk for each in licenses]):
        asleep += License.objects.filter(pk__in=among(some)).asleep()
    _begin(SLEEP, asleep, on)  # whoever is on leave is not to use it there before they are back


def removed(service: Service, licenses: Sequence[License], on: datetime.date, *, in_effect: bool = False) -> None:
    """Removed licenses are to be removed there; not where they were not added there yet, nor where they are gone there
    already (`in_effect`). Under seats.lock."""
    if takes_effect_by_itself(service):
        return
    never_there: set[int] = set()
    for some in batches([each.pk for each in licenses]):
        waiting = Effect.objects.pending().for_licenses(among(some))
        never_there.update(waiting.of_kind(ADD).requested().values_list("license", flat=True))
        waiting.withdraw(on)
    _begin(REMOVE, [each for each in licenses if each.pk not in never_there and not in_effect], on)


def slept(service: Service, licenses: Sequence[License], on: datetime.date) -> None:
    """Licenses that are suspended are to be stopped there."""
    _turn(service, licenses, WAKE, SLEEP, on)


def woke(service: Service, licenses: Sequence[License], on: datetime.date) -> None:
    """Licenses that are not suspended any more are to work there again."""
    _turn(service, licenses, SLEEP, WAKE, on)


def _turn(service: Service, licenses: Sequence[License], back: str, what: str, on: datetime.date) -> None:
    """Have one thing done, unless its opposite was still waiting."""
    if takes_effect_by_itself(service):
        return
    turned: set[int] = set()
    for some in batches([each.pk for each in licenses]):
        waiting = Effect.objects.pending().for_licenses(among(some)).of_kind(back)
        turned.update(waiting.requested().values_list("license", flat=True))
        waiting.withdraw(on)
    _begin(what, [each for each in licenses if each.pk not in turned], on)


def _begin(what: str, licenses: Iterable[License], on: datetime.date) -> None:
    rows.insert(Effect, [Effect(license_id=each.pk, what=what, since=on) for each in licenses])


@transaction.atomic
def confirm(
    service: Service, present: Collection[int], *, as_of: datetime.date, evidence: str, by: User | None,
    on: datetime.date, complete: bool = True, gone: Collection[int] = (),
) -> int:  # fmt: skip
    """What a vendor's own list of its users shows to have been carried out; how many.

    `present` are the ids of those who are on the list as of a day: their additions were. The removals of those were
    who are `gone` by what it says and, if it is complete, of those who are not on it. A list shows only what was
    wanted before it was made. Suspensions do not show on lists.
    """
    seats.lock(service)
    waiting = Effect.objects.pending().of(service).of_kind(ADD, REMOVE)
    there, not_there = frozenset(present), frozenset(gone)
    found = waiting.filter(since__lte=as_of).select_related("license__user", "license__service").order_by("pk")

    def is_so(effect: Effect) -> bool:
        user = effect.license.user_id
        if effect.what == ADD:
            return user in there
        return user not in there and (complete or user in not_there)

    done = [effect for effect in found if is_so(effect)]
    _keep(done, evidence=evidence, by=by, on=on)
    return len(done)


@transaction.atomic
def carry_out(
    service: Service, ids: Collection[int], *, evidence: str, by: User | None, on: datetime.date, confirmed: bool = True
) -> tuple[int, list[Effect]]:
    """All of some were done in the service; how many, and those left out since they are the own of whoever says so.

    Not `confirmed`: somebody did it there, and it waits until something shows that it is so. Who said that first, and
    when, stays: others of which it was said already are left as they are.

    Raises Refused where one no longer waits, or all are their own. Where the policy allows these, their evidence
    says so.
    """
    seats.lock(service)
    done: list[Effect] = []
    for some in batches(sorted(set(ids))):
        waiting = Effect.objects.pending().of(service).filter(pk__in=among(some))
        done += waiting.select_related("license__user", "license__service").order_by("pk")
    if len(done) != len(set(ids)):
        raise Refused(_("Some of these are no longer pending. Nothing was changed; check the list again."))
    if not confirmed:
        done = [each for each in done if each.carried_out_on is None]
        if not done:
            raise Refused(_("These were already marked as carried out. Nothing was changed."))
    own = interests_of(by) if by is not None else {}
    theirs = [each for each in done if each.license.user_id in own]
    others = [each for each in done if each.license.user_id not in own]
    allowed = bool(theirs) and Policy.of(service).same_person
    if theirs and not allowed and not others:
        own_licenses.refuse_for_oneself(service, theirs[0].license.user, by)
    _keep(others, evidence=evidence, by=by, on=on, confirmed=confirmed)
    if allowed:
        marked = f"{evidence} (not independent: ticked off by {by.login if by else ''}, whose own it is)"
        _keep(theirs, evidence=marked, by=by, on=on, confirmed=confirmed)
    return len(done) if allowed else len(others), [] if allowed else theirs


@transaction.atomic
def shown(
    service: Service, ids: Collection[int], *, evidence: str, by: User | None, on: datetime.date, confirmed: bool = True
) -> int:
    """What was sent to the service, and then read back there: confirmed; how many of these still waited.

    Not `confirmed`: it was taken there, and is not shown yet.
    """
    seats.lock(service)
    found: list[Effect] = []
    for some in batches(sorted(set(ids))):
        waiting = Effect.objects.pending().of(service).filter(pk__in=among(some))
        found += (waiting if confirmed else waiting.requested()).select_related("license__user", "license__service")
    _keep(sorted(found, key=lambda each: each.pk), evidence=evidence, by=by, on=on, confirmed=confirmed)
    return len(found)


def service_changed(change: ServiceChange) -> None:
    """Registered with the directory: once Seatwise stands before a service, what waits there is so by that."""
    if not change.before or change.after.get("how_removal_takes_effect") != Service.Removal.GATE:
        return
    seats.lock(change.service)
    waiting = Effect.objects.pending().of(change.service).select_related("license__user", "license__service")
    done, evidence = list(waiting.order_by("pk")), str(Service.Removal.GATE.label)
    _keep(done, evidence=evidence, by=change.by, on=configuration.today())


def _keep(done: Sequence[Effect], *, evidence: str, by: User | None, on: datetime.date, confirmed: bool = True) -> None:
    """Under seats.lock, by which all of them still wait. Those that are not confirmed go on waiting."""
    said = "confirmed" if confirmed else "carried_out"
    for some in batches([effect.pk for effect in done]):
        Effect.objects.filter(pk__in=among(some)).update(**{f"{said}_on": on, f"{said}_by": by, "evidence": evidence})
    for tell in hooks.effects_done if confirmed else ():
        tell(done, on)
    audit.record_many(
        audit.entry(
            by,
            "effect.done" if confirmed else "effect.carry_out",
            effect,
            before=effect.described(),
            after={f"{said}_on": str(on), "evidence": evidence},
        )
        for effect in done
    )


def certain_holders(service: Service, as_of: datetime.date) -> set[int]:
    """Who held a license on a day, and may use it, with nothing pending: whoever lists everybody lists these."""
    held = License.objects.filter(service=service, added_on__lte=as_of).held().awake().by_people_who_take_seats()
    return set(held.exclude(effects__in=Effect.objects.pending()).values_list("user", flat=True))


def refuse_unrecognized(service: Service, present: Collection[int], as_of: datetime.date) -> None:
    """Refuse a report as one that lists everybody if too few are on it of those who held a license for certain."""
    expected = certain_holders(service, as_of)
    if not expected:
        raise Refused(
            _(
                "No license for %(service)s is certain, so Seatwise cannot tell whether the report lists "
                "everyone. Nothing was imported. Import it as one that does not, and confirm the changes by "
                "hand."
            )
            % {"service": service}
        )
    recognized = len(expected & set(present))
    if not are_enough(recognized, len(expected)):
        raise Refused(
            _(
                "Only %(recognized)s of the %(expected)s people who hold a license were recognized in the "
                "report, so it cannot be complete. Nothing was imported. Check its columns, or import it as a"
                " report that does not list everyone."
            )
            % {"recognized": recognized, "expected": len(expected)}
        )


def are_enough(recognized: int, expected: int) -> bool:
    """Whether so many of the certain holders are enough for a list of everybody (SEATWISE_RECOGNIZED_HOLDERS)."""
    return 100 * recognized >= configuration.RECOGNIZED_HOLDERS.value() * expected


def _people_of(logins: Iterable[int]) -> set[int]:
    people: set[int] = set()
    for some in batches(sorted(logins)):
        people.update(Login.objects.filter(pk__in=among(some)).exclude(user=None).values_list("user", flat=True))
    return people


def confirm_by_report(told: Imported) -> str | None:
    """Registered with the ledger. Of a vendor's service, in the transaction of the import."""
    service = told.snapshot.service
    if service.how_removal_takes_effect != Service.Removal.VENDOR:
        return None
    present, gone = _people_of(told.logins), _people_of(told.gone)
    if told.complete:
        refuse_unrecognized(service, present | gone, told.snapshot.as_of)
    count = confirm(
        service,
        present,
        as_of=told.snapshot.as_of,
        evidence=told.snapshot.file,
        by=told.by,
        on=days.date_of(today()),
        complete=told.complete,
        gone=gone,
    )
    said = ngettext("It confirms %(count)s pending change.", "It confirms %(count)s pending changes.", count)
    return said % {"count": count} if count else None
