"""`seatwise licenses rules`: which licenses people get when they come to a department, and giving them."""

import argparse
from typing import TYPE_CHECKING, Any

from seatwise.commands.errors import Failure
from seatwise.commands.named import not_there, says_yes, service_of
from seatwise.commands.reading_options import day_option
from seatwise.lib import days

if TYPE_CHECKING:
    from seatwise.licenses.models import LicenseRule


def add_arguments(actions: Any) -> None:
    parser = actions.add_parser(
        "rules", help="print which departments give which licenses and who is to get one; add, remove, apply rules",
        allow_abbrev=False,
    )  # fmt: skip
    what = parser.add_mutually_exclusive_group()
    for name, text in (("add", "add a rule"), ("remove", "remove a rule; no one loses a license by that")):
        what.add_argument(f"--{name}", nargs=2, metavar=("DEPARTMENT", "SERVICE"), help=f"{text}, by their codes")
    what.add_argument("--apply", action="store_true", help="add what is due, unless there is a warning")
    parser.add_argument("--since", type=day_option, metavar="D", help="for people who join from D on (default: today)")
    parser.add_argument(
        "--automatic", action="store_true", help="with --add: licenses are added automatically, after each import"
    )
    parser.add_argument("--yes", action="store_true", help="with --apply: without confirmation")


def run(options: argparse.Namespace) -> int | None:
    """1 where something is left for somebody to look at."""
    from seatwise.configuration import today
    from seatwise.licenses import license_rules

    if options.add:
        from seatwise.directory.models import Department

        code, service = options.add[0], service_of(options.add[1])
        department = Department.objects.filter(code=code).first() or not_there("department", code, Department.objects)
        since = days.date_of(options.since) if options.since is not None else today()
        made = license_rules.add(department, service, by=None, since=since, automatic=options.automatic)
        print(f"Added: {made}.")
    elif options.remove:
        license_rules.remove(_rule(*options.remove), by=None)
        print("Removed. People keep the licenses they got by it.")
    elif options.apply:
        rules = license_rules.every()
        count = sum(map(len, license_rules.due(rules).values()))
        if count and not options.yes and not says_yes(f"Add {count} licenses?"):
            raise Failure("nothing was added. Add --yes to do it without confirmation.")
        given, left = license_rules.apply(rules, today())
        print(f"{given} licenses added.")
        for each in left:
            print(f"  ! {each}")
        return int(bool(left))
    else:
        _print()
    return None


def _rule(department: str, service: str) -> "LicenseRule":
    from seatwise.licenses.models import LicenseRule

    found: LicenseRule | None = LicenseRule.objects.filter(department__code=department, service__code=service).first()
    if found is None:
        raise Failure(f"there is no rule for {department} and {service}.")
    return found


def _print() -> None:
    from seatwise.directory.models import User
    from seatwise.licenses import license_rules

    rules = license_rules.every()
    for rule in rules:
        how = "automatic" if rule.automatic else "after confirmation"
        print(f"{rule.department.code}\t{rule.service.code}\tfrom {rule.since}\t{how}")
    for service, users in license_rules.due(rules).items():
        for login in User.objects.filter(pk__in=users).order_by("folded").values_list("login", flat=True):
            print(f"  + {login}: {service.code}")
