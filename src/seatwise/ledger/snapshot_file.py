"""A vendor's report as CSV: bytes in, rows and row errors out. No database.

Columns are guessed from their headings, in English and Japanese, or chosen. Each row names a login (or a name, for the
directory to find), the last access date, and a number of days as the vendor counts them, kept as it stands.
"""

import csv
import datetime
import io
import re
import unicodedata
from dataclasses import dataclass, field

from seatwise.lib.decoding import decode

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
        "アクセス日数", "過去30日間のアクセス日数", "利用日数",
    ),
}  # fmt: skip
NEVER = ("", "-", "never", "none", "null", "なし", "アクセスなし")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")


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
    """A report: its headings, which column was taken for what, rows, and what could not be read."""

    headings: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    rows: list[ReportedRow] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


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


def parse_report(
    data: bytes, *, name: str, encoding: str | None = None, columns: dict[str, str] | None = None
) -> Report:
    """Read a report. `columns` says which heading is what, where guessing is not wanted.

    Raises decoding.UnreadableText where it is no text; all else is in `errors`.
    """
    text, _used = decode(data, encoding)
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    report = Report()
    report.headings = next(records, [])
    report.columns = guess(report.headings)
    for what, heading in (columns or {}).items():
        at = [i for i, known in enumerate(report.headings) if folded(known) == folded(heading)]
        if not at:
            report.errors.append(f"{name} line 1: there is no column {heading!r} (expected one of its headings)")
            return report
        report.columns[what] = at[0]
    if "last_access" not in report.columns or not {"login", "name"} & report.columns.keys():
        report.errors.append(
            f"{name} line 1: no column for {'the login' if 'last_access' in report.columns else 'the last access date'}"
            f" among {', '.join(report.headings) or 'nothing'} (choose it with --column login=HEADING, "
            "--column last_access=HEADING)"
        )
        return report
    for record in records:
        if any(cell.strip() for cell in record):
            add_row(report, name, records.line_num, record)
    return report


def add_row(report: Report, name: str, line: int, record: list[str]) -> None:
    """Read one record into a row or an error."""

    def cell(what: str) -> str:
        at = report.columns.get(what)
        return record[at].strip() if at is not None and at < len(record) else ""

    if not cell("login") and not cell("name"):
        report.errors.append(f"{name} line {line}: it names nobody (expected a login or a name)")
        return
    try:
        last = read_date(cell("last_access"))
    except ValueError:
        report.errors.append(
            f"{name} line {line}: last access {cell('last_access')!r} is not a date (expected YYYY-MM-DD)"
        )
        return
    report.rows.append(ReportedRow(line, cell("login"), cell("name"), last, cell("days")[:40]))
