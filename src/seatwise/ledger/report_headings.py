"""Which column of a vendor's report is what, by its heading."""

import re
import unicodedata
from collections.abc import Callable, Iterator

# Names of columns, the surest first: a login is surer than an address, and that than a number or what may be a name.
LOGINS = ("login", "login name", "user principal name", "ログイン名", "username", "ユーザー名")
ADDRESSES = ("email", "e-mail", "email address", "e-mail address", "mail", "メールアドレス")
HEADINGS = {
    "login": (*LOGINS, *ADDRESSES, "user id", "userid", "ユーザーid", "user name"),
    "name": ("display name", "displayname", "name", "表示名", "氏名", "名前", "user", "ユーザー"),
    "days": (
        "number of access days", "access days", "active days", "number of access days (in the last 30 days)",
        "days", "number of days", "アクセス日数", "過去30日間のアクセス日数", "利用日数", "日数",
    ),
}  # fmt: skip
ROLES = ("login", "name", "last_access", "days")
BRACKETS = r"(?: ?[(\[][^)\]]*[)\]])?"
# The last access: use is surer than access, that than being seen, and signing in comes last.
LAST = [
    re.compile(
        rf"(?:last|latest|most recent)\b.*\b(?:{english})(?: (?:date|day|time|at|on|timestamp|utc))*{BRACKETS}"
        rf"|最終(?:{japanese})(?:日|日時|時刻|時間)?{BRACKETS}"
    )
    for english, japanese in (
        ("activity|active", "利用|アクティビティ|操作"),
        ("access|accessed", "アクセス"),
        ("used|use|seen|seen in .*", "使用|表示"),
        ("sign-in|signin|sign in|log ?in|logged in|logon|authenticated", "ログイン|サインイン|認証"),
    )
]
OTHER = re.compile(r"fail|unsuccess|inactive|non.?interactive|\bdays\b")  # what begins alike and is no access
IN_UTC = re.compile(r"\b(?:utc|gmt)\b")


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
    """How a heading may say what it is, the surest first: one with something in brackets behind it comes last."""
    if what == "last_access":
        yield from (lambda name, last=pattern: last.fullmatch(name) and not OTHER.search(name) for pattern in LAST)
        return
    yield from (name.__eq__ for name in HEADINGS[what])
    yield lambda heading: any(re.fullmatch(re.escape(name) + BRACKETS, heading) for name in HEADINGS[what])
