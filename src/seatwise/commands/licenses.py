"""`seatwise licenses`: adding, removing, reassigning and suspending licenses, by login or by file."""

import argparse
from typing import TYPE_CHECKING, Any

from seatwise.commands import licenses_by_file, licenses_by_login
from seatwise.commands.errors import Failure
from seatwise.commands.named import not_there, says_yes, service_of
from seatwise.commands.reading_options import at_least, day_option
from seatwise.lib import days

if TYPE_CHECKING:
    from seatwise.licenses.models import LicenseRule


HELP = "add, remove, reassign and suspend licenses, by login or by file"
NOTHING = "Nothing was changed."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text in (("grant", "add licenses for people, all or none"), ("revoke", "remove licenses, all or none")):
        several = _action(actions, name, text)
        several.add_argument("logins", nargs="+", metavar="LOGIN", help="whose")
        _reason(several)
    reassign = _action(actions, "reassign", "give the seat of one person to another, in one step")
    reassign.add_argument("giver", metavar="FROM", help="who holds it")
    reassign.add_argument("taker", metavar="TO", help="who gets it")
    _reason(reassign)
    suspend = _action(actions, "suspend", "suspend a license until a day")
    suspend.add_argument("login", metavar="LOGIN", help="whose")
    suspend.add_argument("--until", required=True, type=day_option, metavar="D", help="the return date")
    suspend.add_argument("--keeps-seat", action="store_true", help="the seat stays reserved")
    _reason(suspend)
    wake = _action(actions, "wake", "end a suspension now")
    wake.add_argument("login", metavar="LOGIN", help="whose")
    _reason(wake, required=False)
    _action(actions, "list", "print login, name, first day and pending change of each holder")
    _add_files(actions)
    _add_rules(actions)
    undo = actions.add_parser("undo", help="undo a change, unless something else has changed", allow_abbrev=False)
    undo.add_argument("change", type=at_least(1), metavar="CHANGE", help="its number, as printed")
    _reason(undo)


def _add_files(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    file = actions.add_parser("import", help="change licenses by a file; see docs/licenses-file.md", allow_abbrev=False)
    file.add_argument("file", metavar="FILE", help="CSV: a login name, then one service code per column")
    file.add_argument("--dry-run", action="store_true", help="only show what would change")
    file.add_argument("--yes", action="store_true", help="do not ask for confirmation, whatever there is to confirm")
    file.add_argument("--reason", default="", metavar="R", help="the reason; required if licenses are removed")
    file.add_argument("--removals", type=int, metavar="N", help="confirm that N licenses are removed, if that is many")
    file.add_argument(
        "--confirms",
        action="append",
        default=[],
        metavar="SERVICE",
        help="it is an export from this service: confirm pending changes, change no license",
    )
    file.add_argument("--as-of", type=day_option, metavar="D", help="the date of such an export (default: today)")
    file.add_argument("--encoding", metavar="E", help="of the file, if it is neither UTF-8 nor Shift_JIS")
    file.add_argument(
        "--separator", choices=("comma", "semicolon", "tab", "space"), help="cell separator (default: detected)"
    )
    heading = file.add_mutually_exclusive_group()
    heading.add_argument("--heading", action="store_true", help="the first row has headings (default: detected)")
    heading.add_argument("--no-heading", action="store_true", help="the first row is a user")
    file.add_argument("--all", action="store_true", help="show every difference, not only 20 of each kind")
    out = actions.add_parser("export", help="print the same file as it is now", allow_abbrev=False)
    out.add_argument("service", nargs="?", metavar="SERVICE", help="only its holders, each with all their services")
    out.add_argument("--everybody", action="store_true", help="include users without services, as login names alone")
    out.add_argument("--short-codes", action="store_true", help="with cybozu.com's codes: ki, gr, of, mw, sa")
    out.add_argument("--without-heading", action="store_true", help="without a row of headings")
    out.add_argument("--encoding", choices=("utf-8", "cp932"), default="utf-8", help="encoding of the output")


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text, allow_abbrev=False)
    parser.add_argument("service", metavar="SERVICE", help="the code of the service")
    return parser


def _reason(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    parser.add_argument("--reason", required=required, default="", metavar="R", help="the reason, for the audit log")


def run(options: argparse.Namespace) -> int | None:
    """0: done or nothing to do; 1: refused, and nothing was changed; 2: wrong usage."""
    of_files = {"import": licenses_by_file.bring_in, "export": licenses_by_file.export, "rules": _run_rules}
    return (of_files.get(options.action) or licenses_by_login.run)(options)


def _add_rules(actions: Any) -> None:
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


def _run_rules(options: argparse.Namespace) -> int | None:
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
