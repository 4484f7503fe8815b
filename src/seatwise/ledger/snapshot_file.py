"""A vendor's report: bytes in, rows and row errors out. No database.

Columns are found by their headings, or chosen. Each row names somebody by a login, an address, an employee number or a
name (for the directory to find), the last access date, and a number of days as the vendor counts them.
"""

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from seatwise import configuration
from seatwise.ledger.report_columns import ADDRESSES, IN_UTC, LOGINS, ROLES, found_columns, is_heading
from seatwise.lib.logins import fold
from seatwise.lib.notices import Code, Notice
from seatwise.lib.people_columns import name_of
from seatwise.lib.reported_days import period_in
from seatwise.lib.table_columns import Chosen, Problem, chosen_columns, folded, holds_chosen, numbered
from seatwise.lib.table_dates import NotDate, WhichForm, read_column
from seatwise.lib.table_file import TOTALS, BrokenTable, is_footer, read_table

NOBODY = ("(unknown)", "unknown", "(deleted)", "n/a", "null", "none", "-", *TOTALS)
GONE = (
    "true", "yes", "1", "deleted", "deactivated", "removed", "terminated", "deprovisioned", "left", "closed",
    "former user", "削除", "削除済み", "削除済", "退職", "無効化済み", "已删除", "已刪除", "eliminado",
)  # fmt: skip
FIRST = 10  # rows kept as they stand, to be looked at

_CONCEALED = re.compile(r"[0-9a-f]{32,64}", re.IGNORECASE)


class ReportCode(Code):
    NO_LOGIN = (
        "%(file)s line %(line)s: no column for the login among %(headings)s (choose it; on the "
        "command line with --column login=HEADING)"
    )
    NO_LAST_ACCESS = (
        "%(file)s line %(line)s: no column for the last access date among %(headings)s (choose it; on"
        " the command line with --column last_access=HEADING)"
    )
    WHICH_LOGIN = (
        "%(file)s line %(line)s: %(headings)s could each be the login (choose one; on the command "
        "line with --column login=HEADING, or login=#2 for the second column)"
    )
    WHICH_LAST_ACCESS = (
        "%(file)s line %(line)s: %(headings)s could each be the last access date (choose one; on the "
        "command line with --column last_access=HEADING, or last_access=#2 for the second column)"
    )
    NOBODY = "%(file)s line %(line)s: no login or name"
    TWICE = "%(file)s line %(line)s: “%(login)s” is also in line %(other)s; the later date counts"
    TWO_PEOPLE = "%(file)s line %(line)s: “%(login)s” is someone else in line %(other)s (is this the login column?)"
    TOO_SHORT = "%(file)s line %(line)s: it has %(cells)s cells, and the heading has %(expected)s"
    NOT_A_DATE = (
        "%(file)s line %(line)s: last access “%(text)s” is not a date, or not in the format of the "
        "others (expected YYYY-MM-DD, or one format in all rows)"
    )
    WHICH_FORM = (
        "%(file)s line %(line)s: last access “%(text)s” can be read in several ways (%(forms)s): "
        "choose one; on the command line with --dates"
    )
    NO_ROWS = "%(file)s line %(line)s: there are headings but no rows below them"
    SKIPPED = "%(file)s: %(skipped)s of %(rows)s rows have no login or name (expected one in each row)"
    CONCEALED = (
        "%(file)s: the names are concealed (such as %(login)s): turn on real names in the vendor’s "
        "report settings and download it again"
    )


@dataclass(frozen=True)
class ReportedRow:
    """What a report says of one person, by what names them. `days` is its text as it stands.

    `also` is what else of the row may be a login, or an address; `gone`, that it says they are not there any more.
    """

    line: int
    login: str
    name: str
    last_access: datetime.date | None
    days: str
    also: tuple[str, ...] = ()
    department: str = ""
    employee_number: str = ""
    gone: bool = False
    parts: tuple[str, str] | None = None  # given name and surname, where the name stands in two columns

    def names(self) -> list[str]:
        """Its name in each order in which the directory may have it."""
        last, comma, first = self.name.partition(",")
        parts = self.parts or ((first, last) if comma else None)
        return [f"{parts[0]} {parts[1]}", f"{parts[1]} {parts[0]}"] if parts and all(parts) else [self.name]

    def is_later_than(self, other: "ReportedRow") -> bool:
        """Whether its last access is."""
        return self.last_access is not None and (other.last_access is None or self.last_access > other.last_access)


@dataclass(frozen=True)
class ReportReading:
    """How a report is to be read, where it should not be found out: which column is what, the form of its dates.

    `zone` is the organization's, in which times become days; `written_in` that of times that name no offset, and of
    dates. `service` is how the service is called, where a report has columns of several; `as_of` the report's day.
    """

    zone: datetime.tzinfo
    columns: Chosen = field(default_factory=dict)
    dates: str | None = None
    written_in: datetime.tzinfo | None = None
    service: Sequence[str] = ()
    as_of: datetime.date | None = None


GUESSED = ReportReading(datetime.UTC)  # where only its headings are looked at


@dataclass
class Report:
    """A report: its headings and first rows as they stand, which column was taken for what, rows, and problems."""

    headings: list[str] = field(default_factory=list)
    line: int = 1  # of the headings
    encoding: str = ""
    columns: dict[str, int] = field(default_factory=dict)
    first: list[list[str]] = field(default_factory=list)
    rows: list[ReportedRow] = field(default_factory=list)
    errors: list[Notice] = field(default_factory=list)
    remarks: list[Notice] = field(default_factory=list)  # rows that name nobody, and such about somebody named before

    @property
    def period(self) -> int | None:
        """Of how many days its numbers are, by their heading."""
        return period_in(self.headings[self.columns["days"]]) if "days" in self.columns else None


def first_look(data: bytes, encoding: str | None = None, reading: ReportReading = GUESSED) -> Report:
    """The headings of a report, and which column they are taken to be. Raises decoding.UnreadableText."""
    report = Report()
    try:
        table = read_table(data, _score(reading), encoding)
        report.headings, report.line = table.headings, table.line
        _choose_columns(report, reading)
    except BrokenTable:  # parse_report says so
        pass
    return report


def _score(reading: ReportReading) -> Callable[[list[str]], int]:
    return lambda cells: 100 if holds_chosen(cells, reading.columns) else is_heading(cells)


def parse_report(data: bytes, *, name: str, reading: ReportReading, encoding: str | None = None) -> Report:
    """Read a report. Raises decoding.UnreadableText where it is no text; all else is in `errors`."""
    report = Report()
    try:
        table = read_table(data, _score(reading), encoding)
        report.headings, report.line, report.encoding = table.headings, table.line, table.encoding
        problem = _choose_columns(report, reading)
        if problem is not None:
            report.errors.append(problem.notice(name, report.line))
        rows = None if problem else _Rows(report, name, reading)
        for line, record in table:
            if len(report.first) < FIRST:
                report.first.append(record)
            if rows is not None:
                rows.add(line, record)
        if rows is not None:
            rows.end()
    except BrokenTable as broken:
        report.errors.append(broken.notice(name))
    return report


def _choose_columns(report: Report, reading: ReportReading) -> Problem | None:
    """Note which column is what; why that is not enough to read rows."""
    chosen = chosen_columns(report.headings, reading.columns)
    if isinstance(chosen, Problem):
        return chosen
    found = found_columns(report.headings, reading.service)
    free = {what: at for what, at in found.items() if what not in reading.columns}
    report.columns = chosen | {
        what: at[0] for what, at in free.items() if len(at) == 1 and at[0] not in chosen.values()
    }
    columns = report.columns
    which = {"login": ReportCode.WHICH_LOGIN, "last_access": ReportCode.WHICH_LAST_ACCESS}
    for what, code in which.items():
        if what not in columns and len(free.get(what, [])) > 1:
            return Problem(code, {"headings": numbered(report.headings, free[what])})
    if "last_access" in columns and columns.keys() & {"login", "name", "employee_number", "surname"}:
        return None
    missing = ReportCode.NO_LOGIN if "last_access" in columns else ReportCode.NO_LAST_ACCESS
    return Problem(missing, {"headings": ", ".join(filter(None, report.headings)) or "–"})


def is_nobody(text: str) -> bool:
    """Whether a cell for a login or a name says that there is none."""
    return not text or text.casefold() in NOBODY


class _Rows:
    """Reads the records of a report, whose columns are known, into rows or problems."""

    def __init__(self, report: Report, name: str, reading: ReportReading) -> None:
        self.report, self.file, self.reading = report, name, reading
        self.at: dict[str, int] = {}  # the number of the row of each login
        self.skipped = 0
        self.dates: list[tuple[int, str]] = []
        self.found: list[ReportedRow] = []
        taken = set(report.columns.values())
        names = [folded(heading) for heading in report.headings]
        self.also = [i for i, known in enumerate(names) if i not in taken and known in (*LOGINS, *ADDRESSES)]
        self.utc = IN_UTC.search(names[report.columns["last_access"]]) is not None

    def add(self, line: int, record: list[str]) -> None:
        """Read one record but its date."""
        report, columns = self.report, self.report.columns
        where: dict[str, str | int] = {"file": self.file, "line": line}
        expected = len(report.headings)
        if is_footer(record):
            self.skip(where)
            return
        if len(record) <= max(columns.values()) or any(record[expected:]):
            found = {**where, "cells": len(record), "expected": expected}
            report.errors.append(Notice(ReportCode.TOO_SHORT, found))
            return
        cells = {what: record[columns[what]] if what in columns else "" for what in ROLES}
        also = tuple(cell for i in self.also if i < len(record) and not is_nobody(cell := record[i]))
        named = {what: "" if is_nobody(cells[what]) else cells[what] for what in ("login", "name", "employee_number")}
        parts = None
        if "surname" in columns and not cells["name"]:
            parts = (cells["given"], cells["surname"])
            named["name"] = "" if is_nobody(cells["surname"]) else name_of(*parts)
        login = named["login"] or (also[0] if also else "")
        if not login and not named["name"] and not named["employee_number"]:
            self.skip(where)
            return
        gone = cells["state"].casefold() in GONE
        self.dates.append((line, cells["last_access"]))
        self.found.append(
            ReportedRow(
                line,
                login,
                named["name"],
                None,
                cells["days"][:40],
                also,
                cells["department"],
                named["employee_number"],
                gone,
                parts,
            )
        )

    def skip(self, where: dict[str, str | int]) -> None:
        self.skipped += 1
        self.report.remarks.append(Notice(ReportCode.NOBODY, where))

    def keep(self, row: ReportedRow) -> None:
        """Keep a row, or its day if that is later, where another is about the same login."""
        rows = self.report.rows
        number = self.at.setdefault(fold(row.login), len(rows)) if row.login else len(rows)
        if number == len(rows):
            rows.append(row)
            return
        before = rows[number]
        said: dict[str, str | int] = {"file": self.file, "line": row.line, "other": before.line, "login": row.login}
        if (before.name, before.also, before.employee_number) != (row.name, row.also, row.employee_number):
            self.report.errors.append(Notice(ReportCode.TWO_PEOPLE, said))
            return
        self.report.remarks.append(Notice(ReportCode.TWICE, said))
        kept = row if row.is_later_than(before) else before
        rows[number] = replace(kept, gone=before.gone and row.gone)

    def end(self) -> None:
        """Read the column of dates, and say what can be said of all rows only."""
        report, reading = self.report, self.reading
        written_in = datetime.UTC if self.utc else reading.written_in
        try:
            found = read_column(
                self.dates,
                reading.zone,
                form=reading.dates,
                written_in=written_in,
                dates_in=reading.written_in,
                latest=reading.as_of,
            )
        except NotDate as problem:
            self.date_error(ReportCode.NOT_A_DATE, problem.line)
            return
        except WhichForm as problem:
            self.date_error(ReportCode.WHICH_FORM, problem.line, forms=", ".join(problem.forms))
            return
        for row, day in zip(self.found, found, strict=True):
            self.keep(replace(row, last_access=day))
        rows = len(report.rows) + self.skipped
        where: dict[str, str | int] = {"file": self.file}
        if not rows and not report.errors:
            report.errors.append(Notice(ReportCode.NO_ROWS, {**where, "line": report.line}))
        if 100 * self.skipped > configuration.SKIPPED_ROWS.value() * rows:
            report.errors.append(Notice(ReportCode.SKIPPED, {**where, "skipped": self.skipped, "rows": rows}))
        concealed = [row.login for row in report.rows if _CONCEALED.fullmatch(row.login) and not row.also]
        if 2 * len(concealed) > len(report.rows):
            report.errors.append(Notice(ReportCode.CONCEALED, {**where, "login": concealed[0]}))

    def date_error(self, code: ReportCode, line: int, **values: str) -> None:
        text = dict(self.dates)[line]
        self.report.errors.append(Notice(code, {"file": self.file, "line": line, "text": text, **values}))
