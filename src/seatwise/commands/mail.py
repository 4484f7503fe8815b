"""`seatwise mail`: whether letters are sent, trying it out, and letters that did not arrive."""

import argparse
import sys
from pathlib import Path

from seatwise.commands.errors import fail

HELP = "say whether letters are sent, send one to try it out, take in reports of letters that did not arrive"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    about = "Print by what letters are sent, how many there are of each state, and what keeps those that wait."
    actions.add_parser("status", help="print what became of letters", description=about, allow_abbrev=False)
    about = "Send somebody a letter now, and print what the mail server said."
    test = actions.add_parser("test", help="send a letter now", description=about, allow_abbrev=False)
    test.add_argument("login", metavar="LOGIN", help="to whom")
    about = "Read a mail server's report that a letter did not arrive, and mark the letter."
    bounce = actions.add_parser("bounce", help="take in a report", description=about, allow_abbrev=False)
    bounce.add_argument("file", metavar="FILE", nargs="?", default="-", help="the report, as mail (default: the input)")


def run(options: argparse.Namespace) -> int:
    from seatwise.commands.django_setup import setup

    setup()
    if options.action == "status":
        return status()
    return test(options.login) if options.action == "test" else bounce(options.file)


def status() -> int:
    """Print what became of letters."""
    from seatwise.letters.models import Letter, by_what
    from seatwise.site import clock

    print(by_what())
    if jump := clock.held():
        print(f"{jump.describe()} {jump.what_next()}")
    for state, count in Letter.objects.by_state().items():
        print(f"{state}\t{count}")
    kept = Letter.objects.waiting().exclude(problem="").order_by("written_at").first()
    if kept:
        print(f"The longest waiting since {kept.written_at:%Y-%m-%d %H:%M} UTC: {kept.problem}")
    return 0


def test(login: str) -> int:
    from seatwise.directory.models import Login
    from seatwise.letters.trial_letter import send_test
    from seatwise.lib.logins import fold

    found = Login.objects.filter(folded=fold(login)).exclude(user=None).select_related("user").first()
    if found is None or found.user is None:
        return fail("mail", f"there is nobody with the login name {login!r}. Nothing was sent.")
    letter = send_test(found.user)
    if not letter.is_delivered:
        return fail("mail", f"the letter to {letter.address or found.user.login} was not sent: {letter.problem}")
    print(f"Sent to {letter.address}.{f' The server said: {letter.answer}' if letter.answer else ''}")
    return 0


def bounce(file: str) -> int:
    """Take in a report."""
    from seatwise.letters import bounces
    from seatwise.letters.bounces import take_in

    try:
        raw = sys.stdin.buffer.read(bounces.LONGEST) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        return fail("mail", f"{file} cannot be read: {error.strerror}. Nothing was changed.")
    if not raw.strip():
        return fail("mail", "there is nothing to read. Nothing was changed.")
    said = take_in(raw)
    print(said.words)
    return 0 if said.understood else 1
