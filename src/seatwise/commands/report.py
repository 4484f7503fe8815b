"""`seatwise report`: a server's log in, who really uses it out. No database, no set-up."""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seatwise.commands import usage_output
from seatwise.commands.errors import Failure
from seatwise.commands.reading_options import (
    LOG_OR_PART_HELP,
    ProgressBar,
    add_reading,
    add_rules,
    at_least,
    day_option,
    filter_text,
    month_option,
)
from seatwise.commands.what_was_read import WhatWasRead, read_what_is_given
from seatwise.lib import days
from seatwise.lib.decoding import UnreadableText
from seatwise.lib.usage import SORTS, Narrowing, Sorting, UnknownDepartment, UsageRow, arrange, narrow
from seatwise.logs.facts import Facts, LoginFacts
from seatwise.logs.fields import FormatError
from seatwise.logs.formats import AUTO
from seatwise.logs.gathering import LoginCollision, LoginRules
from seatwise.logs.inputs import UnreadableInput
from seatwise.logs.parts import UnusablePart

if TYPE_CHECKING:
    from seatwise.lib.people_file import PersonRow

HELP = "print each user's last access date and number of access days from a server's log"
NEEDS_SITE = False


class PeopleError(Exception):
    """A file of people that cannot be used."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The logs, how they are read, and which rows are wanted in which form."""
    parser.add_argument("logs", nargs="+", metavar="LOG", help=LOG_OR_PART_HELP)
    add_rules(parser)
    add_reading(parser)
    add_list_options(parser)
    parser.add_argument("--users", metavar="FILE", help="a CSV file of people: login, name, departments, status, kind")
    parser.add_argument("--users-encoding", metavar="E", help="its encoding, if it is neither UTF-8 nor Shift_JIS")
    parser.add_argument("--strict", action="store_true", help="exit 1 if a line was malformed or a file was skipped")


def add_list_options(parser: argparse.ArgumentParser) -> None:
    """The options that narrow, sort and write the list; `usage` has the same."""
    parser.add_argument("--as-of", metavar="D", type=day_option, help="the day the list is as of (YYYY-MM-DD)")
    parser.add_argument(
        "--window", metavar="N", type=at_least(1), default=days.WINDOW, help="days of the window (default 30)"
    )
    parser.add_argument(
        "--department", type=filter_text, metavar="D", help="only people of this department or its sub-departments"
    )
    parser.add_argument(
        "--last-access-by",
        metavar="YYYY-MM",
        type=month_option,
        help="only last access in or before this month; users without access are included",
    )
    parser.add_argument("--at-most", metavar="N", type=at_least(0), help="only this many access days or fewer")
    parser.add_argument("--never", action="store_true", help="only no access since recording began")
    parser.add_argument("--sort", choices=SORTS, default=SORTS[0], help="sort order, ascending (default last-access)")
    parser.add_argument("--descending", action="store_true", help="descending order")
    parser.add_argument("--output", choices=("table", "csv", "json"), default="table", help="default table")


def run(options: argparse.Namespace) -> int:
    if options.department is not None and options.users is None:
        raise Failure("--department needs --users: logs do not contain departments.", 2)
    progress = ProgressBar()
    try:
        people = read_people(options.users, options.users_encoding) if options.users else None
        read = read_what_is_given(options, progress)
        progress.finish()
        listing = make_listing(read, people, options)
        rows = arrange(narrow([*listing.rows], narrowing_of(options)), Sorting(options.sort, options.descending))
    except (UnreadableInput, UnusablePart, LoginCollision, PeopleError) as error:
        progress.finish()
        raise Failure(error) from None
    except (FormatError, UnknownDepartment, ValueError) as error:
        progress.finish()
        guessed = isinstance(error, FormatError) and options.format == AUTO and not options.host
        raise Failure(error, 1 if guessed else 2) from None
    for notice in read.said:
        usage_output.say(str(notice))
    usage_output.write(options.output, replace(listing, rows=rows))
    account = read.facts.account
    return 1 if options.strict and (account.reasons["malformed"] or account.passed_over) else 0


def narrowing_of(options: argparse.Namespace) -> Narrowing:
    return Narrowing(options.department, options.last_access_by, options.at_most, options.never)


def read_people(name: str, encoding: str | None) -> "list[PersonRow]":
    """The people of a CSV file; PeopleError if any row of it cannot be used."""
    from seatwise.lib.people_file import parse  # slow to import, and most reports are of logs alone

    try:
        with open(name, "rb") as file:
            found = parse(file.read(), name=name, encoding=encoding)
    except OSError as error:
        raise PeopleError(f"{name}: {error.strerror}. Nothing was counted. Check the name.") from None
    except UnreadableText as error:
        raise PeopleError(f"{name}: {error}. Nothing was counted. The option is --users-encoding.") from None
    if found.errors:
        first = "\n  ".join(f"{name} {error}" for error in found.errors[:10])
        more = f"\n  and {len(found.errors) - 10} more" if len(found.errors) > 10 else ""
        raise PeopleError(f"rows that cannot be used. Nothing was counted.\n  {first}{more}")
    return found.rows


@dataclass(frozen=True)
class Person:
    """Who a row is about, and what the log says of them."""

    login: str
    name: str
    departments: tuple[str, ...]
    facts: LoginFacts


def make_listing(
    read: WhatWasRead, people: "Sequence[PersonRow] | None", options: argparse.Namespace
) -> usage_output.Listing:
    """All rows as of the day that was asked for, or the last covered day, and what there is to say about them."""
    facts, rules, today = read.facts, read.logins, read.today
    last_day = facts.last_day()
    as_of = options.as_of if options.as_of is not None else min(last_day if last_day is not None else today, today)
    known = with_people(facts, people, rules) if people is not None else from_log(facts)
    rows = [row_of(person, as_of, options.window) for person in known]
    if people is None:
        rows = [row for row in rows if row.last_access is not None]
        unknown = None
    else:
        unknown = strangers(facts, people, rules, as_of)
    return usage_output.Listing(
        rows=rows,
        ground=usage_output.ground_of(facts),
        as_of=as_of,
        window=options.window,
        time_zone=read.time_zone,
        with_people=people is not None,
        unknown_logins=unknown,
        api_only=api_only(facts, as_of) if people is None else [],
        format=read.format,
        format_why=read.why,
    )


def from_log(facts: Facts) -> Iterable[Person]:
    """Everybody the log knows."""
    return (Person(login.login, "", (), login) for login in facts.logins.values())


def with_people(facts: Facts, people: "Sequence[PersonRow]", rules: LoginRules) -> Iterable[Person]:
    """Everybody the file knows, but guests and inactive users. A person's other logins count as theirs."""
    for person in people:
        if person.kind == "guest" or person.status == "inactive":
            continue
        found = LoginFacts(person.login, 0)
        for login in (person.login, *(person.other_logins or ())):
            more = facts.logins.get(rules.key(login))
            if more is not None:
                found.add(more.days, more.program_days)
        departments = tuple(str(department) for department in person.departments or ())
        yield Person(person.login, person.name or "", departments, found)


def row_of(person: Person, as_of: int, window: int) -> UsageRow:
    """The row of one person as of a day."""
    used = person.facts.days
    last = days.last_until(used, as_of)
    first, end = days.window_ending(as_of, window)
    return UsageRow(
        login=person.login,
        name=person.name,
        departments=person.departments,
        last_access=last,
        access_days=days.count_between(used, first, end),
        api_only=last is None and days.last_until(person.facts.program_days, as_of) is not None,
    )


def strangers(facts: Facts, people: "Sequence[PersonRow]", rules: LoginRules, as_of: int) -> list[str]:
    """The logins with an access up to a day that nobody in the file has."""
    known = {rules.key(login) for person in people for login in (person.login, *(person.other_logins or ()))}
    return sorted(
        login.login
        for key, login in facts.logins.items()
        if key not in known and days.last_until(login.days, as_of) is not None
    )


def api_only(facts: Facts, as_of: int) -> list[str]:
    """The logins that used nothing but the API up to a day."""
    return sorted(
        login.login
        for login in facts.logins.values()
        if days.last_until(login.days, as_of) is None and days.last_until(login.program_days, as_of) is not None
    )
