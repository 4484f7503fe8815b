"""`seatwise reset-factors`: for somebody who lost their second factors, where no other administrator can help."""

import argparse

from seatwise.commands.errors import fail

HELP = "take all second factors of somebody who lost theirs; they are signed out and told by mail"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("login", metavar="LOGIN", help="their login name")
    parser.add_argument("--reason", required=True, metavar="R", help="why, for the audit log and the mail")


def run(options: argparse.Namespace) -> int:
    """0: done, 1: refused."""
    from seatwise.commands.django_setup import setup

    setup()
    from seatwise.accounts import factors
    from seatwise.directory.changes import Refused
    from seatwise.directory.models import User

    try:
        person = User.objects.get_by_natural_key(options.login)
        count = factors.reset(person, by=None, reason=options.reason)
    except User.DoesNotExist:
        return fail("reset-factors", f"there is nobody with the login name {options.login!r}. Nothing was changed.")
    except Refused as refusal:
        return fail("reset-factors", f"{refusal} Nothing was changed.")
    print(f"{person.login}: {count} factors were taken. They sign in with their password and set up a new one.")
    return 0
