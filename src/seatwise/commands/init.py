"""`seatwise init`: the data directory, the database, the first administrator."""

import argparse
import getpass
import os
import secrets
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seatwise.commands.django_setup import refuse, setup
from seatwise.commands.errors import Failure

if TYPE_CHECKING:
    from seatwise.directory.models import Service, User


HELP = "create the data directory, the database and the first administrator; after an upgrade, update the database"
NEEDS_SITE = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--login", metavar="L", help="login name of the first administrator (default: asks for it)")
    parser.add_argument("--make-password", action="store_true", help="generate a password, and print it once")
    _add_beginnings(parser)


def run(options: argparse.Namespace) -> int:
    """Make what is not there yet. Running it again does no harm."""
    prepare_everything()
    from seatwise.directory.models import User

    if User.objects.active().with_role("administrator").exists():
        print("The database is up to date, and an administrator exists. `seatwise serve` starts the site.")
        return set_up(options)
    login = options.login or _ask_login()
    made = secrets.token_urlsafe(15) if options.make_password else ""
    user = _add_administrator(login, made or _password_for(login))
    if made:
        print(f"Password of {user.login}, shown only once: {made}")
    print(f"{user.login} is the first administrator. `seatwise serve` starts the site.")
    return set_up(options)


def prepare_everything() -> Path | None:
    """The data directory and the tables; the file of the database where it was made for this."""
    from seatwise import configuration

    try:
        prepare(configuration.DATA_DIR.value())
    except OSError as error:
        refuse(f"the data directory could not be created: {error}. Nothing was done.")
    except configuration.WrongSetting as error:
        refuse(str(error))
    setup(initialised=False)
    from django.core.management import call_command
    from django.db import OperationalError, connection

    made = None
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        made = None if file.exists() else file
        file.touch(mode=0o600)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    except OperationalError as error:
        refuse(f"the database cannot be reached: {str(error).strip()}. Nothing was done.")
    return made


def _ask_login() -> str:
    if not sys.stdin.isatty():
        refuse("the first administrator needs a login name: `seatwise init --login L`. The database is ready.")
    return input("Login name of the first administrator: ").strip()


def _password_for(login: str) -> str:
    """The password of SEATWISE_ADMIN_PASSWORD, or one that is asked for, twice."""
    from seatwise.configuration import ADMIN_PASSWORD

    given = ADMIN_PASSWORD.value()
    if given:
        return given
    if not sys.stdin.isatty():
        refuse("the first administrator needs a password. Set SEATWISE_ADMIN_PASSWORD. The database is ready.")
    password = getpass.getpass(f"Password for {login}: ")
    if getpass.getpass("Password again: ") != password:
        refuse("the passwords do not match. Run `seatwise init` again; the database is ready.")
    return password


def _add_administrator(login: str, password: str) -> "User":
    """Add the person, or make one that is there the administrator."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from seatwise import configuration
    from seatwise.directory import people
    from seatwise.directory.changes import Refused
    from seatwise.directory.models import User
    from seatwise.lib.logins import fold

    try:
        validate_password(password, User(login=login))
        with transaction.atomic():
            user: User | None = User.objects.filter(folded=fold(login)).first()
            if user:
                people.change(user, {"role": "administrator", "status": "active"}, by=None, on=configuration.today())
            else:
                user = people.add(
                    {"login": login, "name": login, "role": "administrator"}, by=None, on=configuration.today()
                )
            user.give_password(password, by=None)
    except (ValidationError, Refused) as error:
        messages = error.messages if isinstance(error, ValidationError) else [str(error)]
        refuse(f"{login} cannot be the administrator: {' '.join(messages)} The database is ready.")
    return user


def prepare(directory: Path) -> bool:
    """Make what is not there yet, readable by nobody else; whether anything was made."""
    made = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    if made:
        directory.chmod(0o700)
    (directory / "uploads").mkdir(mode=0o700, exist_ok=True)
    return _write_key(directory / "secret.key") or made


def _write_key(file: Path) -> bool:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_urlsafe(64) + "\n")
    return True


def _add_beginnings(parser: argparse.ArgumentParser) -> None:
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
