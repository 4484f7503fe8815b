"""What `seatwise init` sets up beyond an empty site, for scripts: the steps of the first page, without questions."""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seatwise.commands.errors import Failure

if TYPE_CHECKING:
    from seatwise.directory.models import Service


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organization", metavar="NAME", help="the name of the organization")
    parser.add_argument("--service", metavar="NAME", help="the service; added if there is none with this name")
    parser.add_argument("--log", action="append", default=[], metavar="FILE", help="a log of the service to import")
    parser.add_argument("--seats", type=int, metavar="N", help="contracted seats of the service")
    parser.add_argument(
        "--users-from-logins",
        action="store_true",
        help="create a user, with a license for the service, for each login in the logs that has no user",
    )


def set_up(options: argparse.Namespace) -> int:
    """Do what the options ask for; an exit code. Running it again does no harm."""
    if (options.log or options.seats is not None or options.users_from_logins) and not options.service:
        raise Failure("--log, --seats and --users-from-logins need --service.", 2)
    if options.seats is not None and options.seats < 0:
        raise Failure("--seats must be 0 or more.", 2)
    from seatwise.site import kept_settings

    if options.organization:
        kept_settings.change({"SEATWISE_ORGANIZATION": options.organization}, by=None)
    return _service(options) if options.service else 0


def _service(options: argparse.Namespace) -> int:
    from seatwise.commands import run_command
    from seatwise.configuration import today
    from seatwise.first_steps import beginnings
    from seatwise.licenses import contract_terms
    from seatwise.licenses.models import Contract

    service = beginnings.service_named(options.service, by=None)
    source = beginnings.source_for(service, by=None)
    if options.log and (code := run_command(["ingest", source.code, *options.log])):
        return code
    if options.users_from_logins and (code := _add_users()):
        return code
    if options.seats is not None and not Contract.objects.of(service).exists():
        contract_terms.add(service=service, seats=options.seats, by=None, on=today())
    if options.users_from_logins:
        _give_licenses(service)
    print(f"{service.name} is set up: `seatwise usage {service.code}` lists who uses it.")
    return 0


def _add_users() -> int:
    """Users from unknown logins, through the import of people."""
    from seatwise.commands import run_command
    from seatwise.first_steps import seen_logins

    logins: Sequence[str] = list(seen_logins.unknown_logins().values_list("written", flat=True))
    if not logins:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "logins-found.csv"
        file.write_bytes(seen_logins.csv_of(logins))
        return run_command(["import-users", str(file), "--yes"])


def _give_licenses(service: "Service") -> None:
    """A license for everybody who was seen and holds none."""
    from seatwise.configuration import today
    from seatwise.first_steps import seen_logins
    from seatwise.licenses import grants
    from seatwise.licenses.models import License

    seen = seen_logins.people_seen_in(service).active()
    users = list(seen.exclude(pk__in=License.objects.held().of(service).values("user")))
    if users:
        grants.grant(service=service, users=users, by=None, reason="", on=today())
