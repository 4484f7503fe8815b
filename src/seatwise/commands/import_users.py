"""`seatwise import-users`: people from a CSV file into the directory."""

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seatwise.commands.errors import Failure
from seatwise.commands.mapping import add_choice, chosen_by, keep_choice
from seatwise.commands.named import SHOWN, add_same_person, print_list, print_questions, says_yes

if TYPE_CHECKING:
    from seatwise.directory.people_file_import import Looked, Plan

HELP = "import users, their departments, roles and licenses from a file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="a table with headings (CSV, XLSX or JSON); only the column login is required"
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what would change")
    parser.add_argument(
        "--yes", action="store_true", help="do not ask for confirmation; includes the roles and licenses in the file"
    )
    parser.add_argument("--deactivate-missing", action="store_true", help="deactivate users who are not in the file")
    parser.add_argument("--encoding", metavar="E", help="its encoding, if it cannot be detected for certain")
    add_choice(parser, "login, name, email …")
    add_same_person(parser, "this row")
    parser.add_argument(
        "--deactivate", type=int, metavar="N", help="confirm that N users are deactivated, if that is many"
    )
    parser.add_argument("--all", action="store_true", help=f"show every line, not only {SHOWN} of each kind")


def run(options: argparse.Namespace) -> None:
    """Show what would be done; do it if that is confirmed. 0: done or nothing to do, 1: not done, 2: wrong usage."""
    from seatwise.directory.people_file_import import plan
    from seatwise.directory.same_person import Answers
    from seatwise.lib.decoding import UnreadableText
    from seatwise.lib.people_columns import COLUMNS
    from seatwise.lib.people_file import parse
    from seatwise.lib.table_columns import chosen_of

    path = Path(options.file)
    known = [column.key for column in COLUMNS]
    chosen = chosen_by(options, known, None)["columns"]
    try:
        file = parse(path.read_bytes(), name=path.name, encoding=options.encoding, chosen=chosen_of(chosen))
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}. Nothing was imported.", 2) from None
    except UnreadableText as error:
        raise Failure(f"{path.name}: {error} (option --encoding). Nothing was imported.") from None
    gc.set_threshold(200_000, 50, 100)  # looking for garbage among a million living objects is a fifth of the time
    answers = Answers.of(options.same_person, options.new_person)
    made = plan(file, deactivate_missing=options.deactivate_missing, answers=answers)
    _print_plan(made, everything=options.all)
    if file.headings and not options.dry_run:
        keep_choice(options, None, file.headings, file.single, known, {}, wrong=bool(made.errors))
    if made.errors:
        raise Failure(
            f"{path.name} has errors, so nothing was imported. Correct them and try again, or leave a column out with, "
            "for example, --column status="
        )
    if made.questions:
        raise Failure("some rows must be matched to people first, so nothing was imported.")
    if options.dry_run or made.changes_nothing:
        return
    if made.deactivates_many and options.deactivate != made.deactivations:
        raise Failure(
            f"{made.deactivations} people would be deactivated, so nothing was imported. To confirm, add "
            f"--deactivate {made.deactivations}."
        )
    leave_out = [] if options.yes else _ask(made)
    if leave_out is None:
        raise Failure("nothing was imported. Add --yes to import without confirmation.")
    looked_at = made.looked(options.deactivate)
    del made  # it is made anew: one of it in memory is enough
    _commit(looked_at, leave_out)


def _commit(looked_at: "Looked", leave_out: list[str]) -> None:
    from seatwise.configuration import today
    from seatwise.directory.people_file_import import commit

    done = commit(looked_at, by=None, on=today(), leave_out=leave_out, progress=_progress)
    counts = done.counts()
    print(f"Imported: {counts['added']} added, {counts['changed']} changed, {counts['deactivated']} deactivated.")


def _ask(made: "Plan") -> list[str] | None:
    """What is left out, or None to import nothing. Roles and licenses are asked for apart."""
    if not says_yes("Import this?"):
        return None
    leave_out = []
    if made.powers and not says_yes(f"Also change the roles or administered departments of {made.powers} people?"):
        leave_out.append("roles")
    if made.gives and not says_yes(f"Also add the {len(made.gives)} licenses?"):
        leave_out.append("licenses")
    return leave_out


def _print_plan(made: "Plan", *, everything: bool) -> None:
    from seatwise.directory.import_preview import sections

    print(f"{made.file.name}: {len(made.file.rows)} people, {made.file.encoding}")
    if made.file.columns:
        print(f"  columns: {', '.join(made.file.columns)}")
    print_questions(made.questions, everything=everything, indent="  ")
    for heading in made.file.unknown_headings:
        print(f"  the column “{heading}” is unknown and was ignored")
    for section in sections(made):
        print_list(section.title, section.count, section.lines(section.count), everything=everything)
    if made.changes_nothing and not made.errors:
        print("Everything already matches the file.")


def _progress(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{what} {done}/{of}" if of else "\r\033[K", end="", file=sys.stderr, flush=True)
