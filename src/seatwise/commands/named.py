"""What a command line names, and what whoever calls a command is asked."""

import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn

from seatwise.commands.errors import Failure

if TYPE_CHECKING:
    import argparse

    from seatwise.directory.models import Service, User
    from seatwise.directory.same_person import Question
    from seatwise.ledger.models import Source

SHOWN = 20  # lines of each kind that are printed, unless all are asked for


def service_of(code: str) -> "Service":
    from seatwise.directory.models import Service

    service: Service | None = Service.objects.filter(code=code).first()
    return service if service is not None else not_there("service", code, Service.objects)


def source_of_logs(code: str) -> "Source":
    """A source of logs by its code."""
    from seatwise.ledger.models import Source

    source: Source | None = Source.objects.of_logs().filter(code=code).first()
    return source if source is not None else not_there("source", code, Source.objects.of_logs())


def not_there(what: str, code: str, rows: Any) -> NoReturn:
    """Refuse what is not there, and say what is."""
    known = ", ".join(rows.order_by("code").values_list("code", flat=True)) or "none"
    raise Failure(f"there is no {what} {code!r}. There are: {known}.")


def people_of(logins: Sequence[str]) -> "list[User]":
    """People by their login names, each once."""
    from seatwise.lib.logins import fold
    from seatwise.licenses.file_plan import find_people

    known = find_people([fold(login) for login in logins])
    unknown = [login for login in logins if fold(login) not in known]
    if unknown:
        raise Failure(f"there is no user with the login name {', '.join(map(repr, unknown))}.")
    return list({known[fold(login)].pk: known[fold(login)] for login in logins}.values())


def person_of(login: str) -> "User":
    """Somebody by a login name of theirs."""
    return people_of([login])[0]


def columns_of(parts: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """What --column says: by what a column is, its heading, or # and its number, or "" if none is to be read."""
    found = [part.partition("=") for part in parts]
    if any(what not in known or not equals for what, equals, _heading in found):
        raise Failure(
            f"--column needs one of {', '.join(known)}, then = and a heading, or # and a column number, or nothing to "
            "leave it out.",
            2,
        )
    return {what: heading for what, _equals, heading in found}


def print_list(title: str, count: int, lines: Iterable[str], *, everything: bool) -> None:
    """How many there are of something, and the first of them, or all."""
    if not count:
        return
    print(f"{title}: {count}")
    shown = count if everything else SHOWN
    for line in islice(lines, shown):
        print(f"  {line}")
    if count > shown:
        print(f"  … and {count - shown} more (--all shows them)")


def says_yes(question: str) -> bool:
    """Whether somebody at a terminal answers yes."""
    if not sys.stdin.isatty():
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def add_action(
    actions: Any, name: str, run: Any, text: str, description: str | None = None
) -> "argparse.ArgumentParser":
    """The parser of one of the actions of a command, and what it runs."""
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=description, allow_abbrev=False)
    parser.set_defaults(run=run)
    return parser


def add_same_person(parser: "argparse.ArgumentParser", row: str) -> None:
    """The options that answer who a row of people is."""
    for option, is_who in (("--same-person", "the person suggested"), ("--new-person", "a new person")):
        parser.add_argument(
            option, action="append", default=[], metavar="LOGIN", help=f"confirm that {row} is {is_who} (or all)"
        )


def print_questions(questions: "Sequence[Question]", *, everything: bool, indent: str = "") -> None:
    """Who some rows are, and the options that answer that."""
    for each in questions if everything else questions[:SHOWN]:
        login = each.row.login
        print(f"{indent}{each.describe()} (--same-person {login} or --new-person {login})")
