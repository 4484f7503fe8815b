"""What is odd about the logins of a log: they are perhaps no logins of people, or only signed in."""

import re
from collections.abc import Iterable

from seatwise.lib.notices import Notice
from seatwise.logs.facts import Facts
from seatwise.logs.named_formats import of_sign_ins
from seatwise.logs.notices import InputCode

_ODD = {
    InputCode.LOGINS_NOT_UTF8: re.compile(r"\\x[89a-f][0-9a-f]"),  # as lib.logins shows such bytes
    InputCode.LOGINS_ENCODED: re.compile(r"%[0-9a-fA-F]{2}"),
}
USE = ("access", "api", "asset", "system_account", "other_service")  # somebody got something
NO_USE = ("failed", "redirected", "not_a_visit")
FEW = 20  # logins fewer than which say nothing about the others
NEARLY_ALL = 0.8  # of the accesses: more logins than that, and each has hardly more than one


def login_warnings(facts: Facts, formats: Iterable[str]) -> list[Notice]:
    """Warnings where logins hold what logins do not, where nobody has any or nobody got anything, and of sign-ins."""
    logins = [login.login for login in facts.logins.values() if login.has_access and not login.is_program]
    blank = sum(" " in login or "|" in login for login in logins)
    reasons = facts.account.reasons
    found = []
    sign_ins = ", ".join(sorted(of_sign_ins(formats)))
    if sign_ins:
        found.append(Notice(InputCode.SIGN_INS, {"formats": sign_ins}))
    if len(logins) > 1 and 2 * blank > len(logins):
        found.append(Notice(InputCode.LOGINS_WITH_BLANKS, {"count": blank, "all": len(logins)}))
    for code, pattern in _ODD.items():
        if count := sum(pattern.search(login) is not None for login in logins):
            found.append(Notice(code, {"count": count}))
    if facts.covered and reasons["anonymous"] and reasons["anonymous"] + reasons["malformed"] == facts.account.lines:
        found.append(Notice(InputCode.NO_LOGINS, {"lines": facts.account.lines}))
    if not any(reasons[name] for name in USE) and any(reasons[name] for name in NO_USE):
        refused = Notice(InputCode.NO_SIGN_INS, {"formats": sign_ins, "failed": reasons["failed"]})
        found.append(refused if sign_ins else Notice(InputCode.NO_ACCESS))
    accesses = reasons["access"]
    if len(logins) >= FEW and len(logins) >= NEARLY_ALL * accesses:
        found.append(Notice(InputCode.LOGINS_LIKE_SESSIONS, {"logins": len(logins), "accesses": accesses}))
    return found
