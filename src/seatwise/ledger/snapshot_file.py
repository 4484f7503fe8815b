"""A vendor's report as CSV: bytes in, rows and row errors out. No database.

Columns are guessed from their headings, in English and Japanese, or chosen. Each row names a login (or a name, for the
directory to find), the last access date, and a number of days as the vendor counts them, kept as it stands.
"""

import csv
import datetime
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seatwise.lib.decoding import decode
from seatwise.lib.logins import fold
from seatwise.lib.notices import Code, Notice

if TYPE_CHECKING:
    from _csv import Reader

HEADINGS = {
    "login": (
        "login", "login name", "user name", "username", "user principal name", "user id", "userid", "email",
        "e-mail", "mail", "ログイン名", "ユーザー名", "ユーザーid", "メールアドレス",
    ),
    "name": ("name", "user", "display name", "displayname", "表示名", "氏名", "名前", "ユーザー"),
    "last_access": (
        "last access date", "last access", "last activity date", "last activity", "last login", "last sign-in date",
        "最終アクセス日", "最終アクセス日時", "最終利用日", "最終ログイン日", "最終ログイン日時",
    ),
    "days": (
        "number of access days", "access days", "active days", "number of access days (in the last 30 days)",
        "days", "number of days", "アクセス日数", "過去30日間のアクセス日数", "利用日数", "日数",
    ),
}  # fmt: skip
NEVER = ("", "-", "never", "none", "null", "なし", "アクセスなし")
FIRST = 10  # rows kept as they stand, to be looked at

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")


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
    NOBODY = "%(file)s line %(line)s: it names nobody (expected a login or a name)"
    TWICE = "%(file)s line %(line)s: line %(other)s says something of “%(login)s” already (expected each login once)"
    NOT_A_DATE = "%(file)s line %(line)s: last access “%(text)s” is not a date (expected YYYY-MM-DD)"


@dataclass(frozen=True)
class ReportedRow:
    """What a report says of one login, or of one name where it has no logins. `days` is its text as it stands."""

    line: int
    login: str
    name: str
    last_access: datetime.date | None
    days: str


@dataclass
class Report:
    """A report: its headings and first rows as they stand, which column was taken for what, rows, and problems."""

    headings: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    first: list[list[str]] = field(default_factory=list)
    rows: list[ReportedRow] = field(default_factory=list)
    errors: list[Notice] = field(default_factory=list)


def folded(heading: str) -> str:
    """What different ways of writing a heading have in common."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", heading).casefold().strip().replace("_", " "))


def guess(headings: list[str]) -> dict[str, int]:
    """Which column is what, by its heading; a heading that only begins like a known one is taken second."""
    found: dict[str, int] = {}
    names = [folded(heading) for heading in headings]
    for what, known in HEADINGS.items():
        exact = [i for i, name in enumerate(names) if name in known]
        begins = [i for i, name in enumerate(names) if any(len(k) > 4 and name.startswith(k) for k in known)]
        for i in exact + begins:
            if i not in found.values():
                found[what] = i
                break
    return found


def read_date(text: str) -> datetime.date | None:
    """A date in any of the common numeric forms, None for none; ValueError for anything else."""
    text = unicodedata.normalize("NFKC", text).strip()
    if text.casefold() in NEVER:
        return None
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return datetime.date(int(match[1]), int(match[2]), int(match[3]))


def first_look(data: bytes, encoding: str | None = None) -> Report:
    """The headings of a report, and which column they are guessed to be. Raises decoding.UnreadableText."""
    text, _used = decode(data, encoding)
    headings: list[str] = next(records_of(text), [])
    return Report(headings, guess(headings))


def records_of(text: str) -> "Reader":
    """The records of a file whose first line says by what they are separated."""
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def parse_report(
    data: bytes,
    *,
    name: str,
    encoding: str | None = None,
    columns: Mapping[str, str | int | None] | None = None,
) -> Report:
    """Read a report. `columns` says which heading, or column from 0, is what, where guessing is not wanted.

    Raises decoding.UnreadableText where it is no text; all else is in `errors`.
    """
    text, _used = decode(data, encoding)
    records = records_of(text)
    report = Report()
    try:
        report.headings = next(records, [])
        readable = choose_columns(report, name, columns or {})
        seen: dict[str, int] = {}
        for record in records:
            if any(cell.strip() for cell in record):
                if len(report.first) < FIRST:
                    report.first.append(record)
                if readable:
                    add_row(report, name, records.line_num, record, seen)
    except csv.Error as error:
        report.errors.append(Notice(ReportCode.NOT_CSV, {"file": name, "line": records.line_num, "why": str(error)}))
    return report


def choose_columns(report: Report, name: str, columns: Mapping[str, str | int | None]) -> bool:
    """Note which column is what; whether that is enough to read rows."""
    report.columns = guess(report.headings)
    for what, heading in columns.items():
        report.columns.pop(what, None)
        if heading is None:
            continue
        if isinstance(heading, int):
            report.columns[what] = heading
            continue
        at = [i for i, known in enumerate(report.headings) if folded(known) == folded(heading)]
        if not at:
            report.errors.append(Notice(ReportCode.NO_HEADING, {"file": name, "heading": heading}))
            return False
        report.columns[what] = at[0]
    if "last_access" not in report.columns or not {"login", "name"} & report.columns.keys():
        code = ReportCode.NO_LOGIN if "last_access" in report.columns else ReportCode.NO_LAST_ACCESS
        report.errors.append(Notice(code, {"file": name, "headings": ", ".join(report.headings) or "–"}))
        return False
    return True


def add_row(report: Report, name: str, line: int, record: list[str], seen: dict[str, int]) -> None:
    """Read one record into a row or a problem. `seen` has the lines of the logins so far."""

    def cell(what: str) -> str:
        at = report.columns.get(what)
        return record[at].strip() if at is not None and at < len(record) else ""

    login = cell("login")
    if not login and not cell("name"):
        report.errors.append(Notice(ReportCode.NOBODY, {"file": name, "line": line}))
        return
    if login and (other := seen.setdefault(fold(login), line)) != line:
        report.errors.append(Notice(ReportCode.TWICE, {"file": name, "line": line, "login": login, "other": other}))
        return
    try:
        last = read_date(cell("last_access"))
    except ValueError:
        report.errors.append(Notice(ReportCode.NOT_A_DATE, {"file": name, "line": line, "text": cell("last_access")}))
        return
    report.rows.append(ReportedRow(line, login, cell("name"), last, cell("days")[:40]))
