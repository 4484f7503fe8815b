"""`seatwise licenses grant`, `revoke`, `reassign`, `suspend`, `wake`, `list` and `undo`."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seatwise.commands.errors import Failure
from seatwise.commands.named import people_of, person_of, service_of
from seatwise.lib import days

if TYPE_CHECKING:
    from seatwise.directory.models import Service, User
    from seatwise.licenses.models import Change, License


def run(options: argparse.Namespace) -> None:
    """Do one of them, whole or not at all."""
    actions = {
        "grant": _grant,
        "revoke": _revoke,
        "reassign": _reassign,
        "suspend": _suspend,
        "wake": _wake,
        "list": _list,
        "undo": _undo,
    }
    if "reason" in options and options.action != "wake" and not options.reason.strip():
        raise Failure("--reason is empty.")
    actions[options.action](options)


def held_by(service: "Service", users: "Sequence[User]") -> "list[License]":
    """The license of each of them."""
    from seatwise.licenses.models import License

    held = {
        each.user_id: each for each in License.objects.held().of(service).by(users).select_related("user", "service")
    }
    without = [user.login for user in users if user.pk not in held]
    if without:
        raise Failure(f"{', '.join(without)}: no license for {service} is held.")
    return [held[user.pk] for user in users]


def _begun(reason: str) -> "Change":
    from seatwise.licenses.models import Change

    change: Change = Change.objects.begin(by=None, how=Change.How.COMMAND, reason=reason)
    return change


def _grant(options: argparse.Namespace) -> None:
    from django.db import transaction

    from seatwise.configuration import today
    from seatwise.licenses.grants import grant

    service, users = service_of(options.service), people_of(options.logins)
    with transaction.atomic():
        change = _begun(options.reason)
        grant(service, users, by=None, reason=options.reason, on=today(), change=change)
    print_change(f"{len(users)} added", change)


def _revoke(options: argparse.Namespace) -> None:
    from django.db import transaction

    from seatwise.configuration import today
    from seatwise.licenses.grants import revoke

    service = service_of(options.service)
    licenses = held_by(service, people_of(options.logins))
    with transaction.atomic():
        change = _begun(options.reason)
        revoke(licenses, by=None, reason=options.reason, on=today(), change=change)
    print_change(f"{len(licenses)} removed", change)


def _reassign(options: argparse.Namespace) -> None:
    from django.db import transaction

    from seatwise.configuration import today
    from seatwise.licenses.grants import reassign

    service = service_of(options.service)
    [held] = held_by(service, people_of([options.giver]))
    taker = person_of(options.taker)
    with transaction.atomic():
        change = _begun(options.reason)
        reassign(held, taker, by=None, reason=options.reason, on=today(), change=change)
    print_change(f"1 reassigned from {held.user.login} to {taker.login}", change)


def _suspend(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.licenses.suspension_rules import suspend

    user = person_of(options.login)
    suspend(
        user,
        service_of(options.service),
        until=days.date_of(options.until),
        reason=options.reason,
        by=None,
        on=today(),
        keeps_seat=options.keeps_seat,
    )


def _wake(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.licenses import suspension_rules
    from seatwise.licenses.models import Suspension

    service, user = service_of(options.service), person_of(options.login)
    suspension = Suspension.objects.unended().by([user]).filter(service=service).first()
    if suspension is None:
        raise Failure(f"{user.login} has no suspended license for {service}.")
    suspension_rules.end(suspension, by=None, reason=options.reason, on=today())


def _list(options: argparse.Namespace) -> None:
    from seatwise.lib.logins import visible
    from seatwise.licenses.models import Effect, License

    held = License.objects.held().of(service_of(options.service)).select_related("user").order_by("user__folded")
    rows = list(held)
    waiting = Effect.objects.by_license(each.pk for each in rows)
    for each in rows:
        cells = (each.user.login, visible(each.user.name), each.first_day, ",".join(waiting.get(each.pk, [])) or "-")
        print(*cells, sep="\t")


def _undo(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.licenses import change_undo
    from seatwise.licenses.models import Change

    change: Change | None = Change.objects.filter(pk=options.change).first()
    if change is None:
        raise Failure(f"there is no change {options.change}.")
    undoing = change_undo.undo_change(change, by=None, reason=options.reason, on=today())
    print_change(f"{undoing.added.count()} added, {undoing.removed.count()} removed", undoing)


def print_change(what: str, change: "Change") -> None:
    """What was done here; and whether it is so in the service."""
    from seatwise.licenses.models import Effect, License

    touched = License.objects.touched_by(change)
    waits = Effect.objects.pending().of_kind(Effect.What.ADD, Effect.What.REMOVE).for_licenses(touched.values("pk"))
    remark = ", not confirmed by the service yet" if waits.exists() else ""
    print(f"{what}{remark}: change {change.pk}")
