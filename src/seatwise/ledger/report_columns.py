"""The columns of vendors' reports, in the vendors' own words and languages."""

import re
from collections.abc import Sequence

from seatwise.lib import people_columns
from seatwise.lib.table_columns import BRACKETS, Wanted, candidates, folded

LOGINS = (*people_columns.LOGINS, "user login", "account", "account name", "アカウント")
ADDRESSES = (*people_columns.ADDRESSES, "user email", "eメール", "e-mail アドレス")
NUMBERS = (*people_columns.NUMBERS, "staff id")
DEPARTMENTS = (*people_columns.DEPARTMENTS, "organization", "group")
STATES = (
    "is deleted", "deleted", "user status", "account status", "status", "state", "user state", "ステータス", "状態",
    "使用状態", "利用状況", "アカウントの状態", "状态", "狀態", "estado",
)  # fmt: skip
_DAYS = re.compile(
    r"(?:number of )?(?:access|active|activity) days\b.*|days active|days|number of days"
    r"|(?:過去|最近|直近)?\d*日?(?:間)?の?(?:アクセス|利用|アクティブ)日数|日数"
    r"|[最近]*\d*天的?(?:访问|存取|訪問)天数?數?|天[数數]"
    r"|(?:número de )?días de acceso\b.*"
)


def _last(english: str, japanese: str, chinese: str, spanish: str, german: str) -> re.Pattern[str]:
    return re.compile(
        r"(?:.+ )?(?:last|latest|most recent)\b.*"
        rf"\b(?:{english})(?: (?:date|day|time|at|on|timestamp|utc|gmt))*{BRACKETS}"
        rf"|(?:.+の)?最(?:終|新)(?:の)?(?:{japanese})(?:日|日時|時刻|時間|年月日)?{BRACKETS}"
        rf"|(?:上次|最后|最後|最近)(?:一次)?(?:{chinese})(?:的?(?:日期|时间|時間))?{BRACKETS}"
        rf"|(?:fecha (?:y hora )?de(?:l)? )?(?:l[ao] )?[uú]ltim[oa] (?:fecha de )?(?:{spanish}).*"
        rf"|fecha de la última vez que .*(?:{spanish}).*"
        rf"|(?:datum (?:und uhrzeit )?(?:der|des) )?(?:letzte[rsn]?|zuletzt) (?:{german}).*"
    )


# Use is surer than access, that than being seen, and signing in comes last.
LAST = (
    _last("activity|active", "利用|アクティビティ|操作|活動", "活动|活動|使用", "actividad", "aktiv"),
    _last("access|accessed", "アクセス", "访问|存取|訪問", "acceso", "zugriff"),
    _last("used|use|seen|seen in .*", "使用|表示|閲覧", "在线|上线|在線|上線", "uso|vez visto",
          "nutzung|verwendung|verwendet|genutzt|gesehen"),
    _last(
        "sign-in|signin|sign in|log ?in|logged in|logon|authenticated", "ログイン|サインイン|認証|ログオン",
        "登录|登入|登錄|登陆", "inicio de sesión|sesión|conexión|login", "anmeld|angemeldet|login",
    ),
)  # fmt: skip
OTHER = re.compile(r"fail|unsuccess|inactive|non.?interactive|\bdays\b|surface|\bip\b")  # begins alike, is no access
IN_UTC = re.compile(r"\b(?:utc|gmt)\b")

WANTED = (
    Wanted("login", (LOGINS, ADDRESSES, ("user id", "userid", "ユーザーid"), ("user name",))),
    Wanted("last_access", LAST, never=OTHER),
    Wanted("days", (_DAYS,)),
    Wanted(
        "name",
        (
            ("display name", "displayname", "full name", "fullname", "表示名", "氏名", "显示名称", "顯示名稱",
             "nombre para mostrar", "anzeigename"),
            ("name", "名前", "名称", "姓名", "nombre"),
            ("user", "ユーザー", "ユーザ", "利用者", "用户", "使用者", "usuario", "user name"),
        ),
    ),
    Wanted("department", (DEPARTMENTS,)),
    Wanted("employee_number", (NUMBERS,)),
    Wanted("state", tuple((name,) for name in STATES)),
)  # fmt: skip
PARTS = tuple(wanted.key for wanted in people_columns.NAME_PARTS)
ROLES = (*(wanted.key for wanted in WANTED), *PARTS)


def found_columns(headings: Sequence[str], service: Sequence[str] = ()) -> dict[str, list[int]]:
    """The columns that may be what. Of last accesses in several products, those that name the `service` alone."""
    found = candidates(headings, WANTED)
    last = found.get("last_access", [])
    if len(last) > 1:
        words = [folded(name) for name in service if name]
        of_it = [at for at in last if any(word in folded(headings[at]) for word in words)]
        found["last_access"] = of_it or last
    return found | _parts(headings, found)


def _parts(headings: Sequence[str], found: dict[str, list[int]]) -> dict[str, list[int]]:
    """Those of a name that stands in two columns, unless there is one of whole names."""
    parts = candidates(headings, people_columns.NAME_PARTS)
    places = [at for each in parts.values() for at in each]
    if len(parts) < len(PARTS) or not {*found.get("name", [])} <= {*places}:
        return {}
    found.pop("name", None)
    return parts


def is_heading(cells: Sequence[str]) -> int:
    """How sure it is that these are the headings of a report: how many of the columns they are."""
    found = found_columns(cells)
    return len(found) if "last_access" in found and found.keys() & {"login", "name", "surname"} else 0
