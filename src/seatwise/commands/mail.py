"""`seatwise mail`: whether letters are sent, trying it out, and letters that did not arrive."""

import argparse
import sys
from pathlib import Path

from seatwise.commands.errors import Failure
from seatwise.commands.named import add_action, person_of

HELP = "check how emails are sent, send a test email, process bounce reports"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    about = "Print how emails are sent, how many are in each state, and why any are waiting."
    add_action(actions, "status", status, "print the state of emails", about)
    about = "Send someone a test email now, and print the mail server's answer."
    test = add_action(actions, "test", send_test, "send a test email", about)
    test.add_argument("login", metavar="LOGIN", help="to whom")
    about = "Read a mail server's bounce report, and mark the email as not delivered."
    bounce = add_action(actions, "bounce", take_in, "process a bounce report", about)
    bounce.add_argument(
        "file", metavar="FILE", nargs="?", default="-", help="the report, as an email (default: standard input)"
    )


def status(options: argparse.Namespace) -> None:
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
        print(f"Oldest waiting email: since {kept.written_at:%Y-%m-%d %H:%M} UTC: {kept.problem}")


def send_test(options: argparse.Namespace) -> None:
    from seatwise.letters import trial_letter

    person = person_of(options.login)
    letter = trial_letter.send_test(person)
    if not letter.is_delivered:
        raise Failure(f"the email to {letter.address or person.login} was not sent: {letter.problem}")
    print(f"Sent to {letter.address}.{f' Server answer: {letter.answer}' if letter.answer else ''}")


def take_in(options: argparse.Namespace) -> int:
    """Take in a report."""
    from seatwise.letters import bounces

    try:
        raw = sys.stdin.buffer.read(bounces.LONGEST) if options.file == "-" else Path(options.file).read_bytes()
    except OSError as error:
        raise Failure(f"{options.file} cannot be read: {error.strerror}. Nothing was changed.") from None
    if not raw.strip():
        raise Failure("the input is empty. Nothing was changed.")
    said = bounces.take_in(raw)
    print(said.words)
    return 0 if said.understood else 1
