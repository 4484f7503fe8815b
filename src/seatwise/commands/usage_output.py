"""Writing the list of users: as a table, CSV or JSON on standard output; the account and warnings on standard error."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from seatwise.commands.reading_options import iso
from seatwise.lib import days
from seatwise.lib.logins import visible
from seatwise.lib.notices import Notice
from seatwise.lib.tables import BYTE_ORDER_MARK, aligned, csv_writer
from seatwise.lib.usage import COLUMNS, UNLICENSED, Table, UsageRow, plain_record
from seatwise.logs.facts import NEEDS_A_LOOK, Account, Facts

SHOWN = 10  # logins or samples named in a message
REASON_WORDS = {
    "access": "accesses",
    "anonymous": "no sign-in",
    "other_service": "another host or another service's path",
    "failed": "failed (status 400 or more)",
    "redirected": "redirected (3xx but 304)",
    "not_a_visit": "neither GET nor POST, or a status below 200",
    "api": "requests of the API",
    "asset": "style sheets, scripts, pictures, fonts",
    "system_account": "logins marked as programs",
    "future": "later than tomorrow",
    "malformed": "malformed",
}


@dataclass(frozen=True)
class ListBasis:
    """What a list rests on: the account of the lines that were read, and which days are covered."""

    account: Account
    logins: int  # with an access
    user_days: int
    covered: Mapping[int, int]  # {month: mask of days}

    @property
    def first_day(self) -> int | None:
        return days.first_in(self.covered)

    @property
    def last_day(self) -> int | None:
        return days.last_in(self.covered)

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """Days between the first and the last covered day that are not covered, as (first, last)."""
        return days.gaps(self.covered)


def ground_of(facts: Facts) -> ListBasis:
    """The ground of a list that comes from logs alone."""
    return ListBasis(facts.account, sum(1 for _ in facts.people()), facts.user_days, facts.covered)


@dataclass(frozen=True)
class Listing:
    """Rows, in order and read once, and what they rest on."""

    rows: Iterable[UsageRow]
    ground: ListBasis
    as_of: int
    window: int
    time_zone: str
    with_people: bool = False
    with_licenses: bool = False
    record: Callable[[UsageRow], dict[str, object]] | None = None  # a row of JSON; without it the columns of all lists
    unknown_logins: Sequence[str] | None = None
    api_only: Sequence[str] = ()
    format: str = ""
    format_why: Notice | None = None
    unknown_days: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        missing = days.missing(self.ground.covered, *days.window_ending(self.as_of, self.window))
        object.__setattr__(self, "unknown_days", missing)

    @property
    def table(self) -> Table:
        unknown = days.count_missing(self.ground.covered, *days.window_ending(self.as_of, self.window))
        return Table(self.window, unknown, COLUMNS if self.with_licenses else UNLICENSED)


def write(output: str, listing: Listing) -> None:
    """Write the list in one of the three forms."""
    if output == "json":
        print(json.dumps(as_json(listing), ensure_ascii=False, indent=2))
        sys.stdout.flush()
        say_format(listing)
    else:
        number = write_csv(listing) if output == "csv" else write_table(listing)
        sys.stdout.flush()
        explain_account(listing, number)
    warn(listing)


def write_csv(listing: Listing) -> int:
    """CSV for a spreadsheet: UTF-8 with a byte order mark, CRLF. In constant memory; the number of users."""
    sys.stdout.flush()
    out, table, line = sys.stdout.buffer, listing.table, csv_writer()
    out.write((BYTE_ORDER_MARK + line(table.headings())).encode())
    number = 0
    for row in listing.rows:
        out.write(line(table.cells(row)).encode())
        number += 1
    out.flush()
    return number


def as_json(listing: Listing) -> dict[str, object]:
    """The list and the account as JSON has them."""
    ground, account = listing.ground, listing.ground.account
    first, last = ground.first_day, ground.last_day
    found: dict[str, object] = {
        "as_of": iso(listing.as_of),
        "window": listing.window,
        "time_zone": listing.time_zone,
        "account": {
            "lines": account.lines,
            "accesses": account.accesses,
            "reasons": {name: count for name, count in account.reasons.items() if name != "access"},
            "logins": ground.logins,
            "user_days": ground.user_days,
            "first_day": iso(first) if first is not None else None,
            "last_day": iso(last) if last is not None else None,
            "gaps": [{"first_day": iso(a), "last_day": iso(b)} for a, b in ground.gaps],
        },
        "users": [(listing.record or plain_record)(row) for row in listing.rows],
    }
    if listing.unknown_logins is not None:
        found["unknown_logins"] = list(listing.unknown_logins)
    return found


def write_table(listing: Listing) -> int:
    """Text for a terminal; the number of users."""
    since = listing.ground.first_day
    never = f"no access since {iso(since)}" if since is not None else "no access"
    unknown = listing.table.unknown
    rows = [
        [
            visible(row.login),
            visible(row.name),
            visible("; ".join(row.departments)),
            iso(row.last_access) if row.last_access is not None else never,
            f"{'≥ ' if row.unknown_days(unknown) else ''}{row.access_days}",
            row.since.isoformat() if row.since else "",
            ", ".join(row.marks_in_words()),
        ]
        for row in listing.rows
    ]
    titles = ["Login", "User", "Department", "Last Access Date", f"Access Days ({listing.window})", "License Since", ""]
    keep = [0, 1, 2, 3, 4, 5, 6] if listing.with_people else [0, 3, 4]
    keep = [i for i in keep if i < 5 or any(row[i] for row in rows)]
    lines = aligned([titles[i] for i in keep], [[row[i] for i in keep] for row in rows], [keep.index(4)])
    print("\n".join(lines))
    return len(rows)


def say(text: str) -> None:
    """A line for the person, on standard error."""
    print(text, file=sys.stderr)


def say_format(listing: Listing) -> None:
    """In which format lines were read, and why if that was found out."""
    if listing.format:
        say(f"Format: {listing.format}" + (f" ({listing.format_why})." if listing.format_why else "."))


def explain_account(listing: Listing, number: int) -> None:
    """What the list rests on: zone, window, covered days, and what became of every line."""
    ground, account = listing.ground, listing.ground.account
    first, last = days.window_ending(listing.as_of, listing.window)
    say("")
    say(f"{number} users as of {iso(listing.as_of)}, days in {listing.time_zone}.")
    say(f"Window: {iso(first)} to {iso(last)}, {listing.window} days.")
    start, end = ground.first_day, ground.last_day
    say(f"Covered: {iso(start)} to {iso(end)}." if start is not None and end is not None else "Covered: no day.")
    say_format(listing)
    say(
        f"{account.lines} lines, {account.accesses} accesses by {ground.logins} logins on {ground.user_days} user days:"
    )
    for name, words in REASON_WORDS.items():
        count = account.reasons[name]
        if count:
            say(f"  {count:>12}  {words}")
        for sample in account.samples.get(name, []) if name in NEEDS_A_LOOK else []:
            say(f"                 {sample.file} line {sample.line}: {sample.what}")


def named(logins: Sequence[str]) -> str:
    more = f" and {len(logins) - SHOWN} more" if len(logins) > SHOWN else ""
    return ", ".join(visible(login) for login in logins[:SHOWN]) + more


def period(first: int, last: int) -> str:
    """One day, or the first and last of several."""
    return iso(first) if first == last else f"{iso(first)} to {iso(last)}"


def warn(listing: Listing) -> None:
    """What a person must know to believe the numbers."""
    account = listing.ground.account
    for notice in (*account.passed_over, *account.said):
        say(f"Warning: {notice}")
    if listing.unknown_days:
        periods = ", ".join(period(first, last) for first, last in listing.unknown_days)
        say(f"Warning: no log covers {periods}, within the window. The numbers of access days are lower bounds (≥).")
    gaps = [gap for gap in listing.ground.gaps if gap not in listing.unknown_days]
    if gaps:
        shown = ", ".join(period(first, last) for first, last in gaps[:SHOWN])
        say(f"Warning: gaps in coverage: {shown}{' …' if len(gaps) > SHOWN else ''}. Use on these days is unknown.")
    if account.reasons["malformed"]:
        say(
            f"Warning: {account.reasons['malformed']} of {account.lines} lines are malformed and were not "
            "counted. See why with `seatwise explain`."
        )
    if listing.api_only:
        say(f"API only, so not listed: {named(listing.api_only)}.")
    if listing.unknown_logins:
        say(f"{len(listing.unknown_logins)} logins without a user in the file: {named(listing.unknown_logins)}.")
