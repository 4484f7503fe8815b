"""What one cell of a people file means, in English and Japanese. Each reader raises Unexpected."""

import datetime
import functools
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from seatwise.lib import logins
from seatwise.lib.logins import fold, visible
from seatwise.lib.notices import Code, Unusable
from seatwise.lib.table_dates import read_date

MOST_LOGIN = 255  # characters
MOST_FOLDED = 512
MOST_TEXT = 255


class Expected(Code):
    """What a file of people, or of the services they may use, is expected to say."""

    STATUS = "active or inactive"
    KIND = "user, guest, shared or system"
    ROLE = "administrator, auditor, department administrator or member"
    LANGUAGE = "en or ja"
    EMPLOYMENT = "full time, part time N days, or other"
    DAYS_A_WEEK = "a number of days a week from 0.1 to 7"
    SHORTER = "at most 255 characters"
    LOGIN = "a login name"
    SEEN_LOGIN = "a login name without invisible characters"
    LOGIN_WITHOUT_BLANKS = "a login name without leading, trailing or double spaces"
    ONE_ALPHABET = "a login name in one alphabet: Latin and Cyrillic or Greek letters look alike"
    EMAIL = "an e-mail address"
    NO_TOTAL = "a login name; if this is a total or a note below the table, remove the line"
    CONTENT = "a table with headings; this file is empty"
    NO_FORMULA = "a value; this is an error, a formula or a rounded number of a spreadsheet"
    NO_HEADING = "a login name; this row repeats the headings, or begins another table: remove it"
    DAY = "a day such as 2027-04-01, or nothing"
    DEPARTMENTS = "departments such as Sales/Tokyo; Design, or their codes"
    HEADINGS = (
        "a first row of headings, one of them login; if it is called something else, choose its column (in a command "
        "with --column login=HEADING)"
    )
    COLUMN_ONCE = "each column once: choose one of these (in a command, for example, with --column login=#2)"
    DEPARTMENT_ONCE = "a code and a name for each department, each code once"
    DEPARTMENT_ABOVE = "the code of another department of the file, which does not belong to this one"
    FIELDS = "as many fields as there are headings"
    TABLE = "rows: CSV, a workbook, or JSON that is a list of objects or has one on each line"
    ONE_SHEET = "one sheet with these headings: put all rows into one sheet, or save each as CSV"
    NO_GROUPS = (
        "people or departments; Seatwise has no user groups: from cybozu.com use user.csv, "
        "organization.csv, userOrganizations.csv or userServices.csv"
    )
    QUOTES = "quotation marks in pairs, written twice inside a field"
    LOGIN_ONCE = "a login name that is in no other row; line %(other_line)s has it too"
    SERVICE_CODE = "the code of a service: a–z, 0–9, - and _, at most 50 characters"
    ROWS = "a row for each user: a login name and then service codes"


class Unexpected(Unusable, ValueError):
    """A cell that cannot be read; the notice says what was expected."""


class Employment(NamedTuple):
    """How somebody is employed, and the days a week on which they are expected, where that was said."""

    kind: str  # full_time, part_time or other
    days: Decimal | None = None


class DepartmentName(NamedTuple):
    """One department as the file names it: `S1`, `Sales/Tokyo`, or both as `S1=Sales/Tokyo`."""

    path: tuple[str, ...]
    code: str = ""

    def __str__(self) -> str:
        path = "/".join(self.path)
        return f"{self.code}={path}" if self.code else path


class InsideItself(Exception):
    """A department that would belong to itself."""


def path_from_top(code: str, departments: Mapping[str, tuple[str, str]]) -> tuple[list[str], str]:
    """The names of a department and of those above it, from the top down; and what is above these and is not known.

    `departments` are name and code of the one above ("" for none) by code. Raises InsideItself.
    """
    path: list[str] = []
    while code in departments:
        if len(path) == len(departments):
            raise InsideItself
        name, code = departments[code]
        path.insert(0, name)
    return path, code


def _word(text: str) -> str:
    return re.sub(r"[\s_‐-―.-]+", " ", fold(text)).strip()


def _one_of(expected: Expected, meanings: Mapping[str, str]) -> Callable[[str], str | None]:
    known = {_word(word): meaning for meaning, words in meanings.items() for word in (meaning, *words.split(","))}

    def read(text: str) -> str | None:
        if not text:
            return None
        try:
            return known[_word(text)]
        except KeyError:
            raise Unexpected(expected) from None

    return read


read_status = _one_of(
    Expected.STATUS,
    {
        "active": "enabled,in use,true,yes,y,1,activo,aktiv,aktiviert,ja,wahr,启用,啟用,使用中,有効,在籍,在籍中,利用中,"
        "在職,在職中,在职,アクティブ,○,〇,provisioned,recovery,locked out,password expired,member,full member,"
        "admin,owner,primary owner,workspace admin,workspace owner,pending,invited",
        "inactive": "disabled,suspended,deactivated,deprovisioned,archived,terminated,blocked,deleted,false,no,n,0,"
        "inaktiv,deaktiviert,gesperrt,nein,falsch,×,unactivated,inactivo,停用,停用中,停止中,使用停止,利用停止,無効,退職,退職済,退職済み,退社,退社済み,離職,离职,已离职,已離職,休止,停止,非アクティブ,staged",
    },
)
read_kind = _one_of(
    Expected.KIND,
    {
        "user": "member,person,ユーザー,ユーザ,一般ユーザー,一般,通常",
        "guest": "guest user,ゲスト,ゲストユーザー,ゲストユーザ",
        "shared": "shared account,共有,共有アカウント",
        "system": "system account,service account,program,システム,システムアカウント,プログラム",
    },
)
read_role = _one_of(
    Expected.ROLE,
    {
        "administrator": "admin,users & system administrator,管理者,システム管理者,cybozu.com共通管理者",
        "auditor": "監査人,監査者,監査担当,監査担当者",
        "department_administrator": "department admin,組織の管理者,組織管理者",
        "member": "user,メンバー,一般,一般ユーザー,ユーザー,なし",
    },
)
_read_language_word = _one_of(
    Expected.LANGUAGE, {"en": "english,englisch,英語,en us,en gb", "ja": "japanese,japanisch,日本語,ja jp"}
)
_OTHER_LANGUAGE = re.compile(r"auto|[a-z]{2}(?:[-_][a-z]{2,4})?")  # cybozu.com: auto, zh, zh-TW, pt-BR, …


def read_language(text: str) -> str | None:
    """en or ja; a language that Seatwise does not speak says nothing."""
    try:
        return _read_language_word(text)
    except Unexpected:
        if _OTHER_LANGUAGE.fullmatch(fold(text)):
            return None
        raise


def read_blocked(text: str) -> str | None:
    """The status of somebody of whom it is said whether they are blocked."""
    said = read_status(text)
    return said and ("inactive" if said == "active" else "active")


_read_employment_word = _one_of(
    Expected.EMPLOYMENT,
    {
        "full_time": "full time,fulltime,full,permanent,regular,vollzeit,フルタイム,常勤,正社員,正規,通常勤務,無期雇用",
        "part_time": "part time,parttime,part,teilzeit,パート,パートタイム,パート・アルバイト,アルバイト,短時間,"
        "短時間勤務,時短,時短勤務,非常勤",
        "other": "contract,contractor,temporary,temp,intern,freelance,freelancer,その他,契約,契約社員,有期契約社員,"
        "派遣,派遣社員,嘱託,嘱託社員,業務委託,委託,出向,出向社員,出向者,役員,顧問,インターン,臨時",
    },
)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_DAYS_A_WEEK = re.compile(
    r"[(,:]?\s*(?:週に?)?\s*(\d+(?:\.\d+)?)\s*(?:days?|日間?)?(?:\s*(?:a|per|/)\s*week|\s*/\s*週)?\s*\)?$"
)


def read_employment(text: str) -> Employment | None:
    """Employment of `full time`, `part time 3 days`, `パート 週3日`, `短時間勤務（週2.5日）`."""
    folded = fold(text).strip()
    found = _DAYS_A_WEEK.search(folded)
    kind = _read_employment_word(folded[: found.start()] if found else folded)
    if kind is None:
        if found:
            raise Unexpected(Expected.EMPLOYMENT)
        return None
    days = Decimal(found[1]) if found else None
    if days is not None and (not 0 < days <= 7 or days != round(days, 1)):
        raise Unexpected(Expected.DAYS_A_WEEK)
    return Employment(kind, days)


_NO_VALUE = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!)|\d(?:[.,]\d+)?E\+\d{2,}", re.IGNORECASE
)
_FORMULA = re.compile(r"=[A-Z][A-Z.]*\(")


def read_text(text: str) -> str:
    """Text in one line, unseen characters written out."""
    is_plain = text.isascii() and text.isprintable() and "  " not in text  # as most are, trimmed
    if not text[:1].isalpha() and _NO_VALUE.fullmatch(text):
        raise Unexpected(Expected.NO_FORMULA)
    shown = text.strip(" ") if is_plain else visible(" ".join(text.split()))
    if len(shown) > MOST_TEXT:
        raise Unexpected(Expected.SHORTER)
    return shown


def read_login(text: str) -> str:
    """A login name. It may be anything that can be seen and does not look like another."""
    if not text[:1].isalpha() and (_NO_VALUE.fullmatch(text) or _FORMULA.match(text)):
        raise Unexpected(Expected.NO_FORMULA)
    if text and text.isascii() and text.isprintable() and " " not in text and len(text) <= MOST_LOGIN:  # as most are
        return text
    folded = fold(text)
    if not folded.strip():
        raise Unexpected(Expected.LOGIN)
    if logins.has_unseen(text):
        raise Unexpected(Expected.SEEN_LOGIN)
    if " ".join(folded.split()) != folded:
        raise Unexpected(Expected.LOGIN_WITHOUT_BLANKS)
    if logins.mixes_alphabets(folded):
        raise Unexpected(Expected.ONE_ALPHABET)
    if len(text) > MOST_LOGIN or len(folded) > MOST_FOLDED:
        raise Unexpected(Expected.SHORTER)
    return text


def read_reference(text: str) -> str:
    """The login name of somebody else, or nobody."""
    return read_login(text) if text else ""


def read_logins(text: str) -> tuple[str, ...]:
    return tuple(read_login(part) for part in _parts(text))


def read_email(text: str) -> str:
    """An e-mail address, or none. Only its shape is looked at; full-width signs are those that were meant."""
    text = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if text and not _ADDRESS.fullmatch(text):
        raise Unexpected(Expected.EMAIL)
    return read_text(text)


@functools.lru_cache(maxsize=10_000)
def read_day(text: str) -> datetime.date | None:
    """A day of `2027-04-01`, `2027年4月1日`, `令和9年4月1日` and whatever else can be only one, or none."""
    try:
        return read_date(text, datetime.UTC)
    except ValueError:
        raise Unexpected(Expected.DAY) from None


_ENDLESS = re.compile(r"(?<!\d)9999(?!\d)")


def read_last_day(text: str) -> str:
    """The same as 2027-04-01, or "", also for the year 9999, in which nobody leaves."""
    day = None if _ENDLESS.search(text) else read_day(text)
    return day.isoformat() if day else ""


@functools.lru_cache(maxsize=10_000)  # the same cells come again and again
def read_codes(text: str) -> tuple[str, ...]:
    """Codes separated by semicolons, commas or spaces, each once, in the order of the file."""
    return tuple(dict.fromkeys(read_text(part) for part in _parts(re.sub(r"[\s、]+", ";", text), ";,")))


@functools.lru_cache(maxsize=10_000)
def read_departments(text: str) -> tuple[DepartmentName, ...]:
    """`Sales/Tokyo; Design`, codes, or `S1=Sales/Tokyo`; the first is the primary one."""
    return tuple(dict.fromkeys(_department(part) for part in _parts(text) if part.strip("/／")))


def _department(text: str) -> DepartmentName:
    code, equals, path = text.partition("=")
    if not equals:
        code, path = "", text
    path = re.sub("[／＞]| > ", "/", path).strip("/ ")
    names = tuple(read_text(name) for name in path.split("/"))
    if not all(names) or (equals and not code.strip()):
        raise Unexpected(Expected.DEPARTMENTS)
    return DepartmentName(names, read_text(code))


def _parts(text: str, separators: str = ";") -> list[str]:
    for other in separators + "；\r\n":
        text = text.replace(other, ";")
    return [part.strip() for part in text.split(";") if part.strip()]
