"""A vendor's report as CSV: bytes in, rows and row errors out. No database.

Columns are guessed from their headings, in English and Japanese, or chosen. Each row names a login (or a name, for the
directory to find), the last access date, and a number of days as the vendor counts them, kept as it stands.
"""

import csv
import datetime
import io
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seatwise.lib.decoding import decode
from seatwise.lib.logins import fold
from seatwise.lib.notices import Code, Notice

if TYPE_CHECKING:
    pass

# Names of columns, the surest first: a login is surer than an address, and use is surer than signing in.
HEADINGS = {
    "login": (
        "login", "login name", "user principal name", "ログイン名", "username", "ユーザー名", "user id",
        "userid", "ユーザーid", "email", "e-mail", "email address", "mail", "メールアドレス", "user name",
    ),
    "name": ("display name", "displayname", "name", "表示名", "氏名", "名前", "user", "ユーザー"),
    "days": (
        "number of access days", "access days", "active days", "number of access days (in the last 30 days)",
        "days", "number of days", "アクセス日数", "過去30日間のアクセス日数", "利用日数", "日数",
    ),
}  # fmt: skip
# The last access: use is surer than access, that than being seen, and signing in comes last.
_LAST = [
    re.compile(
        rf"(?:last|latest|most recent)\b.*(?:{english})(?: \(?(?:date|day|time|at|on|utc)\)?)*|最終(?:{japanese}).*"
    )
    for english, japanese in (
        ("activity|active", "利用|アクティビティ|操作"),
        ("access|accessed", "アクセス"),
        ("used|use|seen in .*|seen", "使用|表示"),
        ("sign-in|signin|sign in|log ?in|logon|authenticated", "ログイン|サインイン|認証"),
    )
]
ROLES = ("login", "name", "last_access", "days")
NEVER = (
    "", "-", "–", "never", "none", "null", "n/a", "never logged in", "never accessed", "never active", "no activity",
    "なし", "アクセスなし", "未アクセス", "未ログイン", "未使用",
)  # fmt: skip
NOBODY = ("(unknown)", "unknown", "(deleted)", "n/a", "null", "none", "-", "total", "totals", "合計", "計")
BEFORE_ALL = datetime.date(1980, 1, 1)  # what programs write for no date at all: 1970, 0001
MOST_SKIPPED = 0.9  # of the rows: a report most of which says nothing of anybody is not what it seems
MOST_ABOVE = 10  # records above the heading, and it
SAMPLE = 20_000  # characters in which the heading is looked for
_SEPARATOR = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
FIRST = 10  # rows kept as they stand, to be looked at

_DATE = re.compile(
    r"(?:(?P<year>\d{4})[-/.年]|令和(?P<reiwa>\d{1,2}|元)年)(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?(?: ?\(.\))?"
    r"(?:(?:[ T]+)(?P<time>\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?) ?(?P<offset>Z|UTC|GMT|[+-]\d\d:?\d\d)?"
    r"| ?\d{1,2}時(?:\d{1,2}分)?(?:\d{1,2}秒)?)?"
    r"|(?P<compact>20\d\d[01]\d[0-3]\d)",
    re.IGNORECASE,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NAMED_MONTH = re.compile(
    r"(?:(?P<day>\d{1,2})[ -](?P<month>[a-z]{3})[a-z]*\.?[ -]|(?P<month2>[a-z]{3})[a-z]*\.? (?P<day2>\d{1,2}), ?)"
    r"(?P<year>\d{4})",
    re.IGNORECASE,
)
_CONCEALED = re.compile(r"[0-9a-f]{32,64}", re.IGNORECASE)


class ReportCode(Code):
    NOT_CSV = "%(file)s line %(line)s: it is not CSV (%(why)s)"
    NO_HEADING = "%(file)s line 1: there is no column “%(heading)s” (expected one of its headings)"
    NO_LOGIN = (
        "%(file)s line 1: no column for the login among %(headings)s (choose it; in a command with "
        "--column login=HEADING)"
    )
    NO_LAST_ACCESS = (
        "%(file)s line 1: no column for the last access date among %(headings)s "
        "(choose it; in a command with --column last_access=HEADING)"
    )
    AMBIGUOUS = (
        "%(file)s line 1: each of %(headings)s could be the %(what)s (choose one; in a command with "
        "--column %(what)s=HEADING, or =#2 for the second column)"
    )
    NOBODY = "%(file)s line %(line)s: it names nobody"
    TWICE = "%(file)s line %(line)s: line %(other)s is about “%(login)s”, too; the later day counts"
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
    columns: dict[str, int] = field(default_factory=dict)
    first: list[list[str]] = field(default_factory=list)
    rows: list[ReportedRow] = field(default_factory=list)
    errors: list[Notice] = field(default_factory=list)
    remarks: list[Notice] = field(default_factory=list)  # rows that name nobody, and such about somebody named before


def folded(heading: str) -> str:
    """What different ways of writing a heading have in common."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", unicodedata.normalize("NFKC", heading))  # lastActivityDate
    return re.sub(r"\s+", " ", apart.casefold().strip())


def guess(headings: list[str]) -> dict[str, int]:
    """Which column is what, by its heading. What could be either of two is left open."""
    return {what: at[0] for what, at in candidates(headings).items() if len(at) == 1}


def candidates(headings: list[str]) -> dict[str, list[int]]:
    """The columns that may be what, the surest alone; none stands for two things."""
    names = [folded(heading) for heading in headings]
    found: dict[str, list[int]] = {}
    for what in ROLES:
        taken = {at for columns in found.values() for at in columns}
        for fits in ways(what):
            if at := [i for i, name in enumerate(names) if i not in taken and fits(name)]:
                found[what] = at
                break
    return found


def ways(what: str) -> Iterator[Callable[[str], object]]:
    """How a heading may say what it is, the surest first: what only begins like a known one comes last."""
    if what == "last_access":
        yield from (pattern.fullmatch for pattern in _LAST)
        return
    yield from (name.__eq__ for name in HEADINGS[what])
    yield lambda heading: any(len(name) > 4 and heading.startswith(name) for name in HEADINGS[what])


def _day(match: re.Match[str]) -> datetime.date:
    if compact := match["compact"]:
        return datetime.date(int(compact[:4]), int(compact[4:6]), int(compact[6:]))
    year = match["year"] or 2018 + int(match["reiwa"].replace("元", "1"))
    return datetime.date(int(year), int(match["month"]), int(match["day"]))


def read_date(text: str, zone: datetime.tzinfo | None = None) -> datetime.date | None:
    """A date in any of the common forms, None for none; ValueError for anything else.

    A time that names its offset is of the day it was in `zone` then.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if text.casefold() in NEVER:
        return None
    if match := _DATE.fullmatch(text):
        day = _day(match)
        if zone is not None and match["offset"] and day >= BEFORE_ALL:
            offset = match["offset"].upper().replace("UTC", "+00:00").replace("GMT", "+00:00")
            day = datetime.datetime.fromisoformat(f"{day}T{match['time']:0>5}{offset}").astimezone(zone).date()
    elif match := _NAMED_MONTH.fullmatch(text):
        month = (match["month"] or match["month2"]).lower()
        if month not in _MONTHS:
            raise ValueError(text)
        day = datetime.date(int(match["year"]), _MONTHS.index(month) + 1, int(match["day"] or match["day2"]))
    else:
        raise ValueError(text)
    return day if day >= BEFORE_ALL else None


def first_look(data: bytes, encoding: str | None = None) -> Report:
    """The headings of a report, and which column they are guessed to be. Raises decoding.UnreadableText."""
    text, _used = decode(data, encoding)
    headings = _Table(text).headings
    return Report(headings, guess(headings))


class _Table:
    """The records of a file: below its heading, and whatever they are separated by.

    The heading is the first record that has the columns that are needed; titles may stand above it. Where there is
    none, it is the first record that is not empty.
    """

    def __init__(self, text: str) -> None:
        text = text.lstrip("\ufeff")
        self.before = 0  # lines above what is read
        if match := _SEPARATOR.match(text):  # Excel's own line
            separators, text, self.before = match[1], text[match.end() :], 1
        else:
            top = text[:SAMPLE]
            separators = "".join(sorted(",;\t|", key=top.count, reverse=True))
        heads = [(separator, *_heading(text, separator)) for separator in separators]
        separator, above, self.headings, _found = max(heads, key=lambda head: head[3])
        self.records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for _record in itertools.islice(self.records, above + bool(self.headings)):
            pass

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """The line on which a record begins, and the record, those left out that are empty. Raises BrokenTable."""
        while True:
            line = self.before + self.records.line_num + 1
            try:
                record = next(self.records, None)
            except csv.Error as error:
                raise BrokenTable(line, str(error)) from None
            if record is None:
                return
            if any(cell.strip() for cell in record):
                yield line, record


class BrokenTable(Exception):
    """It is not CSV from this line on, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


def _heading(text: str, separator: str) -> tuple[int, list[str], int]:
    """How many records stand above the heading, the heading, and how sure that is."""
    first: tuple[int, list[str], int] = (0, [], 0)
    records = csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=separator, strict=True)
    try:
        for above, record in enumerate(itertools.islice(records, MOST_ABOVE)):
            cells = [cell.strip() for cell in record]
            found = candidates(cells)
            if "last_access" in found and found.keys() & {"login", "name"}:
                return above, cells, 2 + len(found)
            if any(cells) and not first[1]:
                first = (above, cells, int(len(cells) > 1))
    except csv.Error:
        pass
    return first


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
        table = _Table(text)
        report = Report(table.headings)
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
    for what, heading in columns.items():
        report.columns.pop(what, None)
        if heading is None:
            continue
        if isinstance(heading, int):
            if heading not in range(len(report.headings)):
                report.errors.append(Notice(ReportCode.NO_HEADING, {"file": name, "heading": f"#{heading + 1}"}))
                return False
            report.columns[what] = heading
            continue
        at = [i for i, known in enumerate(report.headings) if folded(known) == folded(heading)]
        if not at:
            report.errors.append(Notice(ReportCode.NO_HEADING, {"file": name, "heading": heading}))
            return False
        if len(at) > 1:
            report.errors.append(ambiguous(report, name, what, at))
            return False
        report.columns[what] = at[0]
    for what, at in candidates(report.headings).items():
        if what in ("login", "last_access") and what not in report.columns and what not in columns and len(at) > 1:
            report.errors.append(ambiguous(report, name, what, at))
            return False
    if "last_access" not in report.columns or not {"login", "name"} & report.columns.keys():
        code = ReportCode.NO_LOGIN if "last_access" in report.columns else ReportCode.NO_LAST_ACCESS
        report.errors.append(Notice(code, {"file": name, "headings": ", ".join(report.headings) or "–"}))
        return False
    return True


def ambiguous(report: Report, name: str, what: str, at: list[int]) -> Notice:
    """That several columns may be what is wanted."""
    headings = ", ".join(f"“{report.headings[i]}” (#{i + 1})" for i in at)
    return Notice(ReportCode.AMBIGUOUS, {"file": name, "headings": headings, "what": what})


class _Rows:
    """Reads the records of a report, whose columns are known, into rows or problems."""

    def __init__(self, report: Report, name: str, zone: datetime.tzinfo | None) -> None:
        self.report, self.file, self.zone = report, name, zone
        self.at: dict[str, int] = {}  # the number of the row of each login
        self.skipped = 0
        taken = set(report.columns.values())
        names = [folded(heading) for heading in report.headings]
        self.also = [i for i, known in enumerate(names) if i not in taken and known in HEADINGS["login"]]

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
        if login.casefold() in NOBODY:
            login = ""
        if not login and not called:
            self.skipped += 1
            report.remarks.append(Notice(ReportCode.NOBODY, where))
            return
        try:
            day = read_date(last, self.zone)
        except ValueError:
            report.errors.append(Notice(ReportCode.NOT_A_DATE, {**where, "text": last}))
            return
        also = tuple(record[i].strip() for i in self.also if i < len(record) and record[i].strip())
        row = ReportedRow(line, login, called, day, days[:40], also)
        number = self.at.setdefault(fold(login), len(report.rows)) if login else len(report.rows)
        if number == len(report.rows):
            report.rows.append(row)
            return
        before = report.rows[number]
        report.remarks.append(Notice(ReportCode.TWICE, {**where, "other": before.line, "login": login}))
        if day is not None and (before.last_access is None or day > before.last_access):
            report.rows[number] = row

    def end(self) -> None:
        """What can be said of all rows only."""
        report, rows = self.report, len(self.report.rows) + self.skipped
        if self.skipped > MOST_SKIPPED * rows:
            said: dict[str, str | int] = {"file": self.file, "skipped": self.skipped, "rows": rows}
            report.errors.append(Notice(ReportCode.SKIPPED, said))
        concealed = [row.login for row in report.rows if _CONCEALED.fullmatch(row.login)]
        if 2 * len(concealed) > len(report.rows):
            report.errors.append(Notice(ReportCode.CONCEALED, {"file": self.file, "login": concealed[0]}))
