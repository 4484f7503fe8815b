"""What is odd about the logins of a log: they are perhaps no logins of people, or only signed in."""

import re
from collections.abc import Iterable

from seatwise.lib.notices import Notice
from seatwise.logs.facts import Facts
from seatwise.logs.named_formats import of_sign_ins
from seatwise.logs.notices import InputCode

_NO_UTF8 = re.compile(r"\\x[89a-f][0-9a-f]")  # as lib.logins shows such bytes
FEW = 20  # logins fewer than which say nothing about the others
NEARLY_ALL = 0.8  # of the accesses: more logins than that, and each has hardly more than one


def login_warnings(facts: Facts) -> list[Notice]:
    """Warnings where logins hold what logins do not, nearly every access has a login of its own, or nobody has any."""
    logins = [login.login for login in facts.logins.values() if login.has_access and not login.is_program]
    blank = sum(" " in login or "|" in login for login in logins)
    found = []
    if len(logins) > 1 and 2 * blank > len(logins):
        found.append(Notice(InputCode.LOGINS_WITH_BLANKS, {"count": blank, "all": len(logins)}))
    if broken := sum(_NO_UTF8.search(login) is not None for login in logins):
        found.append(Notice(InputCode.LOGINS_NOT_UTF8, {"count": broken}))
    reasons = facts.account.reasons
    if facts.covered and reasons["anonymous"] and reasons["anonymous"] + reasons["malformed"] == facts.account.lines:
        found.append(Notice(InputCode.NO_LOGINS, {"lines": facts.account.lines}))
    accesses = reasons["access"]
    if len(logins) >= FEW and len(logins) >= NEARLY_ALL * accesses:
        found.append(Notice(InputCode.LOGINS_LIKE_SESSIONS, {"logins": len(logins), "accesses": accesses}))
    return found


def sign_in_warnings(formats: Iterable[str], facts: Facts) -> list[Notice]:
    """That some of the formats say who signed in, not who used what; and where nobody ever did but many failed."""
    names = ", ".join(sorted(of_sign_ins(formats)))
    if not names:
        return []
    found = [Notice(InputCode.SIGN_INS, {"formats": names})]
    reasons = facts.account.reasons
    if reasons["failed"] and not reasons["access"]:
        found.append(Notice(InputCode.NO_SIGN_INS, {"formats": names, "failed": reasons["failed"]}))
    return found
