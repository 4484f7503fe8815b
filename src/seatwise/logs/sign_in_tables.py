"""Sign-ins that an administrator exported as CSV, each row as the line of JSON that the provider's API has for it.

Sources, which name the columns in English and Japanese: Microsoft Entra, "Sign-in log activity details"; Okta, System
Log "Download CSV" (the names of the API's LogEvent); Google Workspace Admin Help, "User log events", "SAML log events".
"""

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

SEPARATORS = ",\t;"
MOST_UNREAD = 1 << 20  # characters of a row; of a longer one something is wrong, such as a quote
Row = Mapping[str, str]  # heading → cell
Names = tuple[str, ...]


@dataclass(frozen=True)
class Export:
    """A kind of export: by which headings it is known, one of each, and what a row says; None where that is unclear."""

    known_by: tuple[Names, ...]
    record: Callable[[Row], object]


def begun_by(head: bytes) -> "Table | None":
    """What makes lines of a file that begins so, where its first line is the headings of such an export."""
    line = head.removeprefix(codecs.BOM_UTF8).split(b"\n", 1)[0].removesuffix(b"\r")
    if b"\r" in line:
        return None
    for encoding in ("utf-8", "cp932"):  # which Excel makes of it in Japan
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            continue
        for separator in SEPARATORS:
            headings = [name.strip().casefold() for name in next(csv.reader([text], delimiter=separator), [])]
            for export in EXPORTS:
                if all(any(name in headings for name in names) for names in export.known_by):
                    return Table(export, headings, separator, encoding)
        return None
    return None


class Table:
    """The rows of an export as lines; what is no row of it is a line, too, and malformed."""

    def __init__(self, export: Export, headings: list[str], separator: str, encoding: str) -> None:
        self.export, self.headings, self.separator = export, headings, separator
        errors = "surrogateescape" if encoding == "utf-8" else "replace"
        self.decoder = codecs.getincrementaldecoder(encoding)(errors)
        self.rest = ""  # what is not yet whole rows
        self.within = False  # whether it ends between quotes
        self.is_first = True

    def lines(self, data: bytes) -> bytes:
        text = self.decoder.decode(data)
        parts = text.split('"')
        end = len(text)
        for number in range(len(parts) - 1, -1, -1):
            at = end - len(parts[number])
            if number % 2 == self.within and (newline := parts[number].rfind("\n")) >= 0:
                whole, self.rest = self.rest + text[: at + newline + 1], text[at + newline + 1 :]
                break
            end = at - 1
        else:
            whole, self.rest = "", self.rest + text
        self.within ^= len(parts) % 2 == 0
        if len(self.rest) > MOST_UNREAD:
            whole, self.rest, self.within = whole + self.rest, "", False
        return self.written(whole)

    def end(self) -> bytes:
        return self.written(self.rest + self.decoder.decode(b"", final=True))

    def written(self, text: str) -> bytes:
        """Some rows as lines. The first row of the file is the headings, which are none."""
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=self.separator)
        out = []
        while True:
            try:
                row = next(rows)
            except StopIteration:
                break
            except csv.Error:  # a cell too long to be one
                row = [""]
            if row and not self.is_first:
                is_whole = len(row) == len(self.headings)
                record = self.export.record(dict(zip(self.headings, row, strict=True))) if is_whole else None
                line = json.dumps(row if record is None else record, ensure_ascii=False)
                out.append(line.encode("utf-8", "surrogateescape"))
            self.is_first &= not row
        return b"".join(line + b"\n" for line in out)


def cell(row: Row, names: Names) -> str:
    """What stands below the first of these headings that is there."""
    return next((row[name].strip() for name in names if name in row), "")


_ZONE = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")  # the heading says that times are UTC where they do not
ENTRA_TIME = ("date (utc)", "日付 (utc)", "日付(utc)")
ENTRA_USER = ("username", "ユーザー名")
ENTRA_TO = ("application", "アプリケーション")
ENTRA_CODE = ("sign-in error code", "サインイン エラー コード", "サインインのエラー コード")
ENTRA_STATUS = ("status", "状態", "ステータス")
ENTRA_STATES = {"success": True, "成功": True, "failure": False, "失敗": False, "interrupted": False, "中断": False}


def of_entra(row: Row) -> object:
    """A sign-in succeeded if its status says so and it has no error code: one that was interrupted did not."""
    time, code = cell(row, ENTRA_TIME), cell(row, ENTRA_CODE)
    succeeded = ENTRA_STATES.get(cell(row, ENTRA_STATUS).casefold())
    if succeeded is None and not code.isdecimal():
        return None
    failed = int(code) if code.isdecimal() else 0
    return {
        "createdDateTime": time if _ZONE.search(time) else f"{time}Z",
        "userPrincipalName": cell(row, ENTRA_USER),
        "appDisplayName": cell(row, ENTRA_TO),
        "status": {"errorCode": failed or (-1 if succeeded is False else 0)},
    }


def of_okta(row: Row) -> object:
    targets = [name.removesuffix(".type") for name in row if name.startswith("target") and name.endswith(".type")]
    return {
        "published": row["timestamp"],
        "eventType": row["event_type"],
        "outcome": {"result": row["outcome.result"]},
        "actor": {"type": row.get("actor.type", "User"), "alternateId": row["actor.alternate_id"]},
        "target": [{"type": row[f"{at}.type"], "displayName": row.get(f"{at}.display_name")} for at in targets],
    }


GOOGLE_EVENT = ("event", "event name", "イベント", "イベント名")
GOOGLE_USER = ("actor", "user", "アクター", "実行者", "ユーザー")
GOOGLE_TO = ("application name", "アプリケーション名", "アプリ名")
GOOGLE_MORE = ("description", "event description", "説明", "イベントの説明", "login type", "ログインの種類", *GOOGLE_TO)
GOOGLE_EVENTS = {
    "login_success": (
        "successful login",
        "login success",
        "login successful",
        "ログイン成功",
        "ログインに成功",
        "成功したログイン",
    ),
    "login_failure": (
        "failed login",
        "login failure",
        "login failed",
        "ログイン失敗",
        "ログインに失敗",
        "失敗したログイン",
    ),
}


def of_google(row: Row) -> object:
    event = cell(row, GOOGLE_EVENT)
    names = (name for name, said in GOOGLE_EVENTS.items() if event.casefold() in said)
    to = {"name": "application_name", "value": cell(row, GOOGLE_TO)}
    return {
        "id": {"time": cell(row, ("date", "日付")), "applicationName": "login"},
        "actor": {"email": cell(row, GOOGLE_USER)},
        "events": [{"name": next(names, event), "parameters": [to]}],
    }


EXPORTS = (
    Export((ENTRA_TIME, ENTRA_USER, (*ENTRA_STATUS, *ENTRA_CODE)), of_entra),
    Export((("timestamp",), ("event_type",), ("outcome.result",), ("actor.alternate_id",)), of_okta),
    Export((("date", "日付"), GOOGLE_EVENT, GOOGLE_USER, GOOGLE_MORE), of_google),
)
