"""`seatwise licenses`: adding, removing, reassigning and suspending licenses, by login or by file."""

import argparse

from seatwise.commands import licenses_by_file, licenses_by_login, licenses_by_rule
from seatwise.commands.reading_options import at_least, day_option

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
    licenses_by_rule.add_arguments(actions)
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
    of_files = {"import": licenses_by_file.bring_in, "export": licenses_by_file.export, "rules": licenses_by_rule.run}
    return (of_files.get(options.action) or licenses_by_login.run)(options)
