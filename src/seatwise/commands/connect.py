"""`seatwise connect`: connections to vendors, entered and tested; what else each can do is in modules of their own."""

import argparse
import functools
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seatwise.commands import connect_cybozu
from seatwise.commands.connect_cybozu import read_now
from seatwise.commands.errors import Failure
from seatwise.commands.named import SHOWN, add_action, print_list, service_of

if TYPE_CHECKING:
    from seatwise.connections.models import Reading


HELP = "read users, licenses and use from cybozu.com, GitHub and Microsoft 365, and carry licenses out"
CYBOZU, GITHUB, MICROSOFT = "cybozu", "github", "microsoft"
ABOUT = {
    CYBOZU: "a domain of cybozu.com (kintone, Garoon, …), by its User API; see docs/cybozu.md",
    GITHUB: "seats of GitHub Copilot and their last activity; see docs/github.md",
    MICROSOFT: "usage reports of Microsoft 365, by Microsoft Graph; see docs/microsoft.md",
}
SECRETS = {
    CYBOZU: (
        ("read-token", "read_token", "the API token of the scope Read"),
        ("write-token", "write_token", "the API token of the scope Read and Write"),
    ),
    GITHUB: (("token", "read_token", "the token"),),
    MICROSOFT: (("client-secret", "read_token", "the client secret of the app"),),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", metavar="WHAT", required=True)
    for kind, text in ABOUT.items():
        made = kinds.add_parser(kind, help=text, description=text[0].upper() + text[1:] + ".")
        actions = made.add_subparsers(dest="action", metavar="ACTION", required=True)
        add = functools.partial(_action, actions)
        _add_setting(add("set", "enter or change the connection", set_up), kind)
        add("test", "ask for little, and change nothing", test)
        (connect_cybozu.add_actions if kind == CYBOZU else _add_report_actions)(add)


def _add_setting(parser: argparse.ArgumentParser, kind: str) -> None:
    default = {CYBOZU: "for example https://example.cybozu.com", GITHUB: "default: https://api.github.com"}
    parser.add_argument("--address", metavar="URL", help=default.get(kind, "default: https://graph.microsoft.com"))
    if kind == GITHUB:
        parser.add_argument("--account", metavar="NAME", help="the organization, or enterprises/ and an enterprise")
    if kind == MICROSOFT:
        parser.add_argument("--account", metavar="TENANT", help="the ID of the tenant, or a domain of it")
        parser.add_argument("--client", metavar="ID", help="the application (client) ID")
    parser.add_argument(
        "--service", action="append", metavar="CODE=SERVICE", help="which service of the site is which of the vendor's"
    )
    parser.add_argument("--daily", choices=("yes", "no"), help="read it each day (default: no)")
    small = "small changes" if kind == CYBOZU else "what was read"
    parser.add_argument(
        "--apply-small" if kind == CYBOZU else "--import-daily", dest="applies", choices=("yes", "no"),
        help=f"apply {small} each day (default: no)",
    )  # fmt: skip
    for option, field, text in SECRETS[kind]:
        parser.add_argument(f"--{option}", dest=field, metavar="FILE", help=f"a file with {text}; - asks for it")


def _action(actions: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = add_action(actions, name, run, text, text[0].upper() + text[1:] + ".")
    return parser


def set_up(options: argparse.Namespace) -> None:
    from seatwise.connections.addresses import checked_address
    from seatwise.connections.kinds import KINDS
    from seatwise.connections.models import Connection

    kind = KINDS[options.kind]
    found = Connection.current(kind) or Connection(kind=kind.code)
    services = found.services() if found.pk else {}
    for text in options.service or ():
        code, _equals, ours = text.partition("=")
        if code not in kind.services:
            raise Failure(
                f"--service {text}: expected one of {', '.join(kind.services)}, = and the code of a service", 2
            )
        services.pop(code, None)
        if ours:
            services[code] = service_of(ours)
    fields: dict[str, Any] = {}
    if options.address or not found.pk:
        fields["address"] = checked_address(options.address or kind.default_address, kind)
    for name, entered in kind.fields.items():
        if entered.form is None:
            continue
        said = getattr(options, name)
        if said or not found.pk:
            fields[name] = said or ""
            if not entered.form.fullmatch(fields[name]):
                raise Failure(f"--{name} {said or ''}: expected {entered.label}. {entered.help_text}".strip(), 2)
    for key, said in (("reads_daily", options.daily), ("applies_daily", options.applies)):
        if said:
            fields[key] = said == "yes"
    files = {field: getattr(options, field) for _option, field, _text in SECRETS[options.kind]}
    tokens = {field: _token(name) for field, name in files.items() if name}
    changed = found.change(by=None, services=services, tokens=tokens, **fields)
    print(f"{found}: {'saved' if changed else 'nothing was changed'}")


def _token(name: str) -> str:
    """From a file or a terminal: a command line can be seen by others."""
    from seatwise.connections.forms import is_token

    try:
        text = getpass.getpass("Token: ") if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise Failure(f"the token could not be read from {name}: {error}", 2) from None
    if not is_token(text.strip()):
        raise Failure(f"{name} holds no token.")
    return text.strip()


def test(options: argparse.Namespace) -> None:
    from seatwise.connections import readings
    from seatwise.connections.kinds import KINDS
    from seatwise.connections.models import Connection

    print(readings.test(Connection.needed(KINDS[options.kind])))


def _add_report_actions(add: Any) -> None:
    """`add` makes the parser of an action."""
    for name, text, run in (
        ("preview", "read it, and show what is in it", preview),
        ("import", "the same, and import it as a vendor's report", import_reports),
    ):
        add(name, text, run).add_argument(
            "--all", action="store_true", help=f"show every row with a remark, not only {SHOWN}"
        )


def preview(options: argparse.Namespace) -> None:
    _read(options)


def import_reports(options: argparse.Namespace) -> None:
    from seatwise.connections import vendor_reports

    reading = _read(options)
    for code, service in reading.connection.services().items():
        made, said = vendor_reports.import_report(reading, code, by=None)
        print(f"{service}: imported, as of {made.as_of}.")
        for each in (*made.said, *said):
            print(each)


def _read(options: argparse.Namespace) -> "Reading":
    from seatwise.connections import vendor_reports
    from seatwise.connections.kinds import KINDS
    from seatwise.connections.models import Connection

    reading = read_now(Connection.needed(KINDS[options.kind]))
    for code in reading.connection.services():
        service, kept, report, matches = vendor_reports.report_of(reading, code)
        dates = [row.last_access for row in report.rows if row.last_access is not None]
        between = f", from {min(dates)} to {max(dates)}" if dates else ""
        print(
            f"{service}: {len(report.rows)} people as of {kept['as_of']}, {matches.recognized} of them recognized; "
            f"{len(dates)} last access dates{between}."
        )
        remarks = [*report.remarks, *matches.remarks]
        print_list("To check", len(remarks), map(str, remarks), everything=options.all)
    return reading
