"""`seatwise connect cybozu`: what was read at cybozu.com, what it would change here, and what is carried out there."""

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seatwise.commands.errors import Failure
from seatwise.commands.named import SHOWN, add_same_person, print_list, print_questions, says_yes

if TYPE_CHECKING:
    from seatwise.connections.models import Connection, Reading, Sending


def read_now(connection: "Connection") -> "Reading":
    """A reading that went well."""
    from seatwise.connections import readings
    from seatwise.connections.models import Reading
    from seatwise.connections.turns import Busy

    reading = readings.ask(connection, by=None)
    try:
        readings.read(reading)
    except Busy as busy:
        raise Failure(readings.in_words(busy, connection.of)) from None
    reading.refresh_from_db()
    if reading.state != Reading.State.DONE:
        raise Failure(reading.problem)
    return reading


def add_actions(add: Any) -> None:
    """`add` makes the parser of an action."""
    preview = add("preview", "read everything, and show what would change here", preview_changes)
    synchronize = add("synchronize", "read everything, and apply it once confirmed", synchronize_all)
    for each in (preview, synchronize):
        add_same_person(each, "a user there")
        each.add_argument("--all", action="store_true", help=f"show every line, not only {SHOWN} of each kind")
    synchronize.add_argument("--yes", action="store_true", help="do not ask for confirmation, unless many would change")
    synchronize.add_argument(
        "--deactivate", type=int, metavar="N", help="confirm that N users are deactivated, if that is many"
    )
    synchronize.add_argument(
        "--removals", type=int, metavar="N", help="confirm that N licenses are removed, if that is many"
    )

    file = add("file", "print the file for manual upload at cybozu.com (userServices.csv)", print_file)
    file.add_argument(
        "--export", metavar="FILE", help="cybozu.com's own userServices.csv as the basis (default: a reading)"
    )
    file.add_argument("--exported-at", metavar="T", help="when it was exported, such as 2026-11-24T09:30")
    file.add_argument("--leave-out", action="store_true", help="leave out users not listed there")
    send = add("send", "send pending changes to cybozu.com, and read the result back", send_pending)
    send.add_argument("--rehearse", action="store_true", help="only read, and print what would be sent")
    send.add_argument("--yes", action="store_true", help="do not ask for confirmation")


def _connection() -> "Connection":
    from seatwise.connections.kinds import CYBOZU
    from seatwise.connections.models import Connection

    return Connection.needed(CYBOZU)


def _read() -> "Reading":
    reading = read_now(_connection())
    counts = reading.counts
    print(
        f"{reading}: {counts['users']} users, {counts['active']} of them active; {counts['organizations']} departments"
    )
    if counts["confirmed"]:
        print(f"{counts['confirmed']} pending changes are in effect there and were confirmed")
    return reading


def preview_changes(options: argparse.Namespace) -> None:
    """Read, and show. Pending changes that are so there are confirmed; nothing else is changed."""
    reading = _read()
    _show_people(reading, options)
    _show_licenses(reading, options)


def synchronize_all(options: argparse.Namespace) -> None:
    """People first, since licenses are theirs."""
    from seatwise.configuration import today
    from seatwise.connections import synchronizing
    from seatwise.licenses.change_saving import Said

    reading = _read()
    people = _show_people(reading, options)
    if people.errors:
        raise Failure("the users have errors. Correct them at cybozu.com and try again.")
    if people.questions:
        raise Failure("some users must be identified first. Nothing was saved.")
    if not people.changes_nothing:
        if (many := synchronizing.many_of_people(people)) and options.deactivate != people.deactivations:
            raise Failure(f"{' '.join(many)} Nothing was saved. To confirm, add --deactivate {people.deactivations}.")
        _ask(options)
        synchronizing.commit_people(people, by=None, on=today())
        print("Saved: users and departments.")
    licenses = _show_licenses(reading, options)
    if licenses.errors:
        raise Failure("the licenses have errors.")
    if licenses.changes_nothing:
        return
    preview = licenses.preview()
    if preview.is_refused:
        raise Failure("the licenses cannot be saved as they are.")
    if (many := licenses.many_removals()) and options.removals != licenses.removals:
        raise Failure(f"{' '.join(many)} No license was saved. To confirm, add --removals {licenses.removals}.")
    _ask(options)
    reason = synchronizing.reason_of(reading)
    said = Said(preview.fingerprint, reason, preview.to_confirm(), preview.to_check(), options.yes, licenses.removals)
    synchronizing.save_licenses(reading, licenses, said, by=None, on=today())
    print("Saved: licenses.")


def _ask(options: argparse.Namespace) -> None:
    if not options.yes and not says_yes("Save this?"):
        raise Failure("add --yes to save.")


def _show_people(reading: "Reading", options: argparse.Namespace) -> Any:
    from seatwise.connections import synchronizing
    from seatwise.directory.import_preview import sections
    from seatwise.directory.same_person import Answers

    made = synchronizing.people_plan(reading, Answers.of(options.same_person, options.new_person))
    print_questions(made.questions, everything=options.all)
    for section in sections(made):
        print_list(section.title, section.count, section.lines(section.count), everything=options.all)
    if made.changes_nothing and not made.errors:
        print("Users and departments already match.")
    return made


def _show_licenses(reading: "Reading", options: argparse.Namespace) -> Any:
    from seatwise.configuration import today
    from seatwise.connections import reading_files, synchronizing
    from seatwise.directory.import_preview import error_in_words

    made = synchronizing.licenses_plan(reading, today())
    sign = {True: "+", False: "-"}
    lines = [f"{sign[each.added]} {each.user.login}: {each.code}" for each in made.differences]
    print_list("Errors", len(made.errors), map(error_in_words, made.errors), everything=options.all)
    print_list("Licenses", len(lines), lines, everything=options.all)
    for step in made.preview().steps:
        for each in (*step.obstacles, *step.warnings):
            print(f"  ! {each.text}")
    if unknown := reading_files.count_of_unknown(reading):
        print(f"{unknown} licenses are left out until their users are imported.")
    elif made.changes_nothing and not made.errors:
        print("Licenses already match.")
    return made


def send_pending(options: argparse.Namespace) -> int:
    """0: nothing is left; 1: something was refused, is not shown there, or stopped it."""
    from seatwise.connections import sendings
    from seatwise.connections.models import Sending

    connection = _connection()
    interrupted = Sending.objects.unfinished().filter(rehearsal=False, connection=connection).first()
    if interrupted is not None and not options.rehearse:
        print("An interrupted sending continues:")
        _carry_out(interrupted)
        return _is_left(interrupted)
    rehearsal = sendings.ask(connection, by=None, rehearsal=True)
    _carry_out(rehearsal)
    planned = rehearsal.users.filter(state="planned").count()
    if options.rehearse:
        return 0
    if not (planned or rehearsal.users.filter(state="already").exists()):
        print("There is nothing to send.")
        return int(rehearsal.users.exists())
    if not options.yes and not says_yes(f"Send the services of {planned} users?"):
        raise Failure("nothing was sent. Add --yes to send without confirmation.")
    sending = sendings.ask(connection, by=None, after=rehearsal)
    _carry_out(sending)
    return _is_left(sending)


def _is_left(sending: "Sending") -> int:
    """1 where anything was not confirmed."""
    return int(sending.users.exclude(state__in=["confirmed", "already"]).exists())


def _carry_out(sending: "Sending") -> None:
    from seatwise.connections import readings, sendings
    from seatwise.connections.models import Sending
    from seatwise.connections.turns import Busy

    try:
        sendings.carry_out(sending)
    except Busy as busy:
        if sending.rehearsal:
            raise Failure(readings.in_words(busy, sending.connection.of)) from None
        raise Failure("another request to cybozu.com is running. The worker continues in a few minutes.") from None
    sending.refresh_from_db()
    for row in sending.users.order_by("pk"):
        print(
            f"{row.login}: {', '.join(row.before) or '–'} → {', '.join(row.wanted) or '–'} ({row.get_state_display()})"
        )
        if row.changed_since:
            print(f"  changed there since the last reading, and kept: {', '.join(row.changed_since)}")
        if row.problem:
            print(f"  ! {row.problem}")
    if sending.state != Sending.State.DONE:
        raise Failure(sending.problem)


def print_file(options: argparse.Namespace) -> None:
    from seatwise.connections import by_hand
    from seatwise.lib.licenses_file import parse

    connection = _connection()
    if not options.export:
        data = by_hand.file_by_reading(connection, leave_out=options.leave_out)
    else:
        path = Path(options.export)
        try:
            export = parse(path.read_bytes(), name=path.name)
        except (OSError, ValueError) as error:
            raise Failure(f"{path}: {error}", 2) from None
        data = by_hand.file_by_export(connection, export, _moment(options.exported_at), leave_out=options.leave_out)
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def _moment(text: str | None) -> datetime.datetime:
    """A moment in the organization's zone, or with an offset. The age of a file says nothing of its export."""
    from seatwise import configuration

    try:
        moment = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        raise Failure("enter when it was exported: --exported-at 2026-11-24T09:30", 2) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=configuration.zone())
