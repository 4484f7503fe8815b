"""cybozu.com's files as they are downloaded without a row of headings, and its files of groups.

Sources: cybozu.dev, User API, CSV formats (files of the API never have headings); kintone's help, File Format.
"""

import re
from collections.abc import Sequence
from pathlib import PurePath

from seatwise.lib.people_columns import LOGINS
from seatwise.lib.table_columns import folded

_USER = (
    "login name,display name,new login name,password,surname,given name,phonetic surname,phonetic given name,"
    "localized name,language for localized name,e-mail address,status,language,time zone,phone,extension,mobile phone,"
    "url,employee id,hire date,birthday,about me,display order,skype name,delete"
).split(",")
_ORGANIZATION = (
    "department code,display name,new department code,localized name,language for localized name,"
    "parent department code,description"
).split(",")
_MOST_DEPARTMENTS = 100  # of one user
_GROUP = re.compile(
    r"(?:new )?group(?: \(role\))? code ?\d*|新?グループ(?:\(ロール\))?コード ?\d*"
    r"|(?:群?组|群組|角色)(?:\(角色\))?(?:代码|代碼) ?\d*|(?:nuevo )?código de(?:l)? grupo ?\d*"
)


def headings_of(file: str, first: Sequence[str]) -> list[str] | None:
    """The headings that a file of this name, whose first row is this, was downloaded without; None if it is none."""
    kind = re.sub(r"[\s_-]*\(?\d*\)?$", "", PurePath(file).stem).casefold()
    masked = len(first) == len(_USER) and first[3] == "*" and first[2] in ("*", first[0])
    if masked or (kind == "user" and len(first) == len(_USER)):
        return list(_USER)
    if kind == "organization" and len(first) == len(_ORGANIZATION):
        return list(_ORGANIZATION)
    if kind == "userorganizations":
        pairs = ([f"department code {n}", ""] for n in range(1, _MOST_DEPARTMENTS + 1))  # and that of a job title
        return ["login name", *(heading for pair in pairs for heading in pair)]
    if kind in ("group", "usergroups"):
        return ["group code" if kind == "group" else "login name", "group code 1"]
    return None


def is_groups(headings: Sequence[str]) -> bool:
    """Whether these are the headings of a file of groups, or of who is in which."""
    names = [folded(heading) for heading in headings if heading]
    others = [name for name in names if not _GROUP.fullmatch(name)]
    has_login = any(name in LOGINS for name in others)
    return len(others) < len(names) and (not has_login or all(name in LOGINS for name in others))
