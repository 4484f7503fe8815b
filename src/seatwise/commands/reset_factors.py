"""`seatwise reset-factors`: for somebody who lost their second factors, where no other administrator can help."""

import argparse

from seatwise.commands.named import person_of

HELP = "reset all second factors of someone who lost theirs; they are signed out and notified by email"
NOTHING = "Nothing was changed."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("login", metavar="LOGIN", help="their login name")
    parser.add_argument("--reason", required=True, metavar="R", help="the reason, for the audit log and the email")


def run(options: argparse.Namespace) -> None:
    from seatwise.accounts import factors

    person = person_of(options.login)
    count = factors.reset(person, by=None, reason=options.reason)
    print(f"{person.login}: {count} second factors were removed. They sign in with the password and set up a new one.")
