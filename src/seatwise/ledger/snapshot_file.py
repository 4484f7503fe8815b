"""A vendor's report as CSV: bytes in, rows and row errors out. No database.

Columns are guessed from their headings, in English and Japanese, or chosen. Each row names a login (or a name, for the
directory to find), the last access date, and a number of days as the vendor counts them, kept as it stands.
"""

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from seatwise.ledger.report_dates import read_date
from seatwise.ledger.report_headings import ADDRESSES, IN_UTC, LOGINS, ROLES, candidates, folded, guess
from seatwise.ledger.report_table import BrokenTable, Table
from seatwise.lib.decoding import decode
from seatwise.lib.logins import fold
from seatwise.lib.notices import Code, Notice

NOBODY = ("(unknown)", "unknown", "(deleted)", "n/a", "null", "none", "-", "total", "totals", "合計", "計")
MOST_SKIPPED = 0.9  # of the rows: a report most of which says nothing of anybody is not what it seems
FIRST = 10  # rows kept as they stand, to be looked at

_CONCEALED = re.compile(r"[0-9a-f]{32,64}", re.IGNORECASE)


class ReportCode(Code):
    NOT_CSV = "%(file)s line %(line)s: it is not CSV (%(why)s)"
    NO_HEADING = "%(file)s line %(line)s: there is no column “%(heading)s” (expected one of its headings)"
    NO_COLUMN = "%(file)s line %(line)s: there is no column number %(number)s (there are %(columns)s)"
    NO_LOGIN = (
        "%(file)s line %(line)s: no column for the login among %(headings)s (choose it; in a command with "
        "--column login=HEADING)"
    )
    NO_LAST_ACCESS = (
        "%(file)s line %(line)s: no column for the last access date among %(headings)s "
        "(choose it; in a command with --column last_access=HEADING)"
    )
    WHICH_LOGIN = (
        "%(file)s line %(line)s: each of %(headings)s could be the login (choose one; in a command with "
        "--column login=HEADING, or login=#2 for the second column)"
    )
    WHICH_LAST_ACCESS = (
        "%(file)s line %(line)s: each of %(headings)s could be the last access date (choose one; in a command with "
        "--column last_access=HEADING, or last_access=#2 for the second column)"
    )
    WHICH_COLUMN = (
        "%(file)s line %(line)s: these columns have one heading: %(headings)s (choose one; in a command by its number, "
        "such as #2)"
    )
    NOBODY = "%(file)s line %(line)s: it names nobody"
    TWICE = "%(file)s line %(line)s: line %(other)s is about “%(login)s”, too; the later day counts"
    TWO_PEOPLE = (
        "%(file)s line %(line)s: “%(login)s” is somebody else in line %(other)s (is it the column of the login?)"
    )
    TOO_SHORT = "%(file)s line %(line)s: it has %(cells)s cells, and the heading has %(expected)s"
    NOT_A_DATE = "%(file)s line %(line)s: last access “%(text)s” is not a date (expected YYYY-MM-DD)"
    SKIPPED = "%(file)s: %(skipped)s of %(rows)s rows name nobody (expected a login or a name in each)"
    CONCEALED = (
        "%(file)s: the names in it are concealed (such as %(login)s): have them shown in the settings of the vendor’s "
        "reports, and download it again"
    )


@dataclass(frozen=True)
class ReportedRow:
    """What a report says of one login, or of one name where it has no logins. `days` is its text as it stands.

    `also` is what else of the row may be a login, or an address.
    """

    line: int
    login: str
    name: str
    last_access: datetime.date | None
    days: str
    also: tuple[str, ...] = ()


@dataclass
class Report:
    """A report: its headings and first rows as they stand, which column was taken for what, rows, and problems."""

    headings: list[str] = field(default_factory=list)
    line: int = 1  # of the headings
    columns: dict[str, int] = field(default_factory=dict)
    first: list[list[str]] = field(default_factory=list)
    rows: list[ReportedRow] = field(default_factory=list)
    errors: list[Notice] = field(default_factory=list)
    remarks: list[Notice] = field(default_factory=list)  # rows that name nobody, and such about somebody named before


def first_look(data: bytes, encoding: str | None = None) -> Report:
    """The headings of a report, and which column they are guessed to be. Raises decoding.UnreadableText."""
    text, _used = decode(data, encoding)
    table = Table(text)
    return Report(table.headings, table.line, guess(table.headings))


def parse_report(
    data: bytes,
    *,
    name: str,
    encoding: str | None = None,
    columns: Mapping[str, str | int | None] | None = None,
    zone: datetime.tzinfo | None = None,
) -> Report:
    """Read a report. `columns` says which heading, or column from 0, is what, where guessing is not wanted.

    `zone` is that of the organization, in which times with an offset become days. Raises decoding.UnreadableText where
    it is no text; all else is in `errors`.
    """
    text, _used = decode(data, encoding)
    try:
        table = Table(text, [heading for heading in (columns or {}).values() if isinstance(heading, str)])
        report = Report(table.headings, table.line)
        rows = _Rows(report, name, zone) if choose_columns(report, name, columns or {}) else None
        for line, record in table:
            if len(report.first) < FIRST:
                report.first.append(record)
            if rows is not None:
                rows.add(line, record)
        if rows is not None:
            rows.end()
    except BrokenTable as broken:
        report.errors.append(Notice(ReportCode.NOT_CSV, {"file": name, "line": broken.line, "why": broken.why}))
    return report


def choose_columns(report: Report, name: str, columns: Mapping[str, str | int | None]) -> bool:
    """Note which column is what; whether that is enough to read rows."""
    report.columns = guess(report.headings)
    problem = _chosen(report, columns) or _missing(report, columns)
    if problem:
        code, values = problem
        report.errors.append(Notice(code, {"file": name, "line": report.line, **values}))
    return problem is None


Problem = tuple[ReportCode, dict[str, str | int]]


def _chosen(report: Report, columns: Mapping[str, str | int | None]) -> Problem | None:
    """Note the columns that were chosen; why one cannot be."""
    for what, heading in columns.items():
        report.columns.pop(what, None)
        if heading is None:
            continue
        if isinstance(heading, int):
            if heading not in range(len(report.headings)):
                return ReportCode.NO_COLUMN, {"number": heading + 1, "columns": len(report.headings)}
            report.columns[what] = heading
            continue
        at = [i for i, known in enumerate(report.headings) if folded(known) == folded(heading)]
        if len(at) != 1:
            found: dict[str, str | int] = {"headings": numbered(report, at)} if at else {"heading": heading}
            return ReportCode.WHICH_COLUMN if at else ReportCode.NO_HEADING, found
        report.columns[what] = at[0]
    return None


def _missing(report: Report, columns: Mapping[str, str | int | None]) -> Problem | None:
    """Why the columns that are needed are not known."""
    which = {"login": ReportCode.WHICH_LOGIN, "last_access": ReportCode.WHICH_LAST_ACCESS}
    for what, at in candidates(report.headings).items():
        if what in which and what not in report.columns and what not in columns and len(at) > 1:
            return which[what], {"headings": numbered(report, at)}
    if "last_access" in report.columns and {"login", "name"} & report.columns.keys():
        return None
    code = ReportCode.NO_LOGIN if "last_access" in report.columns else ReportCode.NO_LAST_ACCESS
    return code, {"headings": ", ".join(report.headings) or "–"}


def numbered(report: Report, at: Iterable[int]) -> str:
    """Some headings with the numbers of their columns."""
    return ", ".join(f"“{report.headings[i]}” (#{i + 1})" for i in at)


def is_nobody(text: str) -> bool:
    """Whether a cell for a login or a name says that there is none."""
    return not text or text.casefold() in NOBODY


class _Rows:
    """Reads the records of a report, whose columns are known, into rows or problems."""

    def __init__(self, report: Report, name: str, zone: datetime.tzinfo | None) -> None:
        self.report, self.file, self.zone = report, name, zone
        self.at: dict[str, int] = {}  # the number of the row of each login
        self.skipped = 0
        taken = set(report.columns.values())
        names = [folded(heading) for heading in report.headings]
        self.also = [i for i, known in enumerate(names) if i not in taken and known in (*LOGINS, *ADDRESSES)]
        self.utc = IN_UTC.search(names[report.columns["last_access"]]) is not None

    def add(self, line: int, record: list[str]) -> None:
        """Read one record."""
        report, columns = self.report, self.report.columns
        where: dict[str, str | int] = {"file": self.file, "line": line}
        expected = len(report.headings)
        if len(record) <= max(columns.values()) or any(cell.strip() for cell in record[expected:]):
            found = {**where, "cells": len(record), "expected": expected}
            report.errors.append(Notice(ReportCode.TOO_SHORT, found))
            return
        login, called, last, days = (record[columns[what]].strip() if what in columns else "" for what in ROLES)
        also = tuple(cell for i in self.also if i < len(record) and not is_nobody(cell := record[i].strip()))
        login = also[0] if is_nobody(login) and also else login
        if is_nobody(login) and is_nobody(called):
            self.skipped += 1
            report.remarks.append(Notice(ReportCode.NOBODY, where))
            return
        try:
            day = read_date(last, self.zone, utc=self.utc)
        except (ValueError, OverflowError):
            report.errors.append(Notice(ReportCode.NOT_A_DATE, {**where, "text": last}))
            return
        self.keep(ReportedRow(line, "" if is_nobody(login) else login, called, day, days[:40], also), where)

    def keep(self, row: ReportedRow, where: Mapping[str, str | int]) -> None:
        """Keep a row, or its day if that is later, where another is about the same login."""
        rows = self.report.rows
        number = self.at.setdefault(fold(row.login), len(rows)) if row.login else len(rows)
        if number == len(rows):
            rows.append(row)
            return
        before = rows[number]
        said = {**where, "other": before.line, "login": row.login}
        if (before.name, before.also) != (row.name, row.also):
            self.report.errors.append(Notice(ReportCode.TWO_PEOPLE, said))
            return
        self.report.remarks.append(Notice(ReportCode.TWICE, said))
        if row.last_access is not None and (before.last_access is None or row.last_access > before.last_access):
            rows[number] = row

    def end(self) -> None:
        """What can be said of all rows only."""
        report, rows = self.report, len(self.report.rows) + self.skipped
        if self.skipped > MOST_SKIPPED * rows:
            said: dict[str, str | int] = {"file": self.file, "skipped": self.skipped, "rows": rows}
            report.errors.append(Notice(ReportCode.SKIPPED, said))
        concealed = [row.login for row in report.rows if _CONCEALED.fullmatch(row.login) and not row.also]
        if 2 * len(concealed) > len(report.rows):
            report.errors.append(Notice(ReportCode.CONCEALED, {"file": self.file, "login": concealed[0]}))
