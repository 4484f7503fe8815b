"""Which logins are one person, and how they are written."""

import itertools

import pytest

from seatwise.logs.gathering import LoginCollision, LoginRules
from seatwise.logs.rules import Rules
from seatwise.logs.tests.samples import combined, dates, read_bytes, source

EXACT = LoginRules(exact=True)
NO_DOMAIN = LoginRules(drop_domain=True)


def at(hour: int, login: str) -> bytes:
    """A line of one day, at an hour."""
    return combined(login, time=f"10/Oct/2026:{hour:02}:00:00 +0000")


def logins(*lines: bytes, rules: LoginRules | None = None) -> list[str]:
    """The logins with an access."""
    return sorted(dates(read_bytes(b"".join(lines), source(logins=rules))))


def test_logins_are_one_person_regardless_of_case_width_and_composition() -> None:
    for one, other in (
        ("alice", "ALICE"),
        ("Straße", "STRASSE"),
        ("ａｌｉｃｅ", "alice"),
        ("ﾔﾏﾀﾞ", "ヤマダ"),
        ("e\u0301ric", "éric"),
        ("ﬁona", "FIONA"),
    ):
        assert len(logins(at(1, one), at(2, other))) == 1, (one, other)
        assert len(logins(at(1, one), at(2, other), rules=EXACT)) == 2, (one, other)
    assert len(logins(at(1, "alice"), at(2, "alicia"))) == 2


def test_a_login_is_shown_as_it_was_first_written_whatever_the_order_of_lines() -> None:
    lines = [at(3, "ALICE"), at(1, "Alice"), at(2, "alice")]
    for order in itertools.permutations(lines):
        assert logins(*order) == ["Alice"]


def test_a_spelling_counts_from_the_first_time_it_was_written() -> None:
    lines = [at(5, "alice"), at(3, "ALICE"), at(1, "alice")]
    for order in itertools.permutations(lines):
        assert logins(*order) == ["alice"]


def test_of_two_spellings_at_one_instant_the_same_is_always_shown() -> None:
    assert logins(at(1, "alice"), at(1, "Alice")) == logins(at(1, "Alice"), at(1, "alice")) == ["Alice"]


def test_a_login_first_seen_at_the_api_is_shown_as_it_was_written_there() -> None:
    api = combined("Alice", "GET /api/x HTTP/1.1", time="10/Oct/2026:01:00:00 +0000")
    assert logins(at(2, "alice"), api) == ["Alice"]


def test_failed_lines_say_nothing_about_a_spelling() -> None:
    failed = combined("Alice", status=401, time="10/Oct/2026:01:00:00 +0000")
    assert logins(at(2, "alice"), failed) == ["alice"]


def test_escaped_and_plain_spellings_are_one_login() -> None:
    assert logins(at(1, "\\xE5\\xB1\\xB1"), at(2, "\\xe5\\xb1\\xb1"), at(3, "山"), rules=EXACT) == ["山"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"a\\x00b", "a\\x00b"),
        (b"a\\x1b[31mb", "a\\x1b[31mb"),
        (b"a\x07b", "a\\x07b"),
        (b"a\xffb", "a\\xffb"),
        (b"a\xc3", "a\\xc3"),
        (b"a\xed\xa0\x80b", "a\\xed\\xa0\\x80b"),
        ("a\u202eb".encode(), "a\\u202eb"),
        ("a\u200bb".encode(), "a\\u200bb"),
        ("a\u0085b".encode(), "a\\x85b"),
        ("a\u2028b".encode(), "a\\u2028b"),
        ("😀".encode(), "😀"),
        (b"=1+1", "=1+1"),
        (b"x" * 5000, "x" * 5000),
    ],
)
def test_what_cannot_be_seen_is_written_out_and_stops_nothing(written: bytes, shown: str) -> None:
    line = combined("LOGIN").replace(b"LOGIN", written)
    assert logins(line) == [shown]


def test_a_domain_can_be_dropped() -> None:
    assert logins(at(1, "CORP\\\\jdoe"), rules=NO_DOMAIN) == ["jdoe"]
    assert logins(at(1, "jdoe@example.com"), rules=NO_DOMAIN) == ["jdoe"]
    assert logins(at(1, "JDoe@example.com"), at(2, "jdoe@EXAMPLE.com"), at(3, "jdoe"), rules=NO_DOMAIN) == ["JDoe"]
    assert logins(at(1, "@x"), at(2, "y@"), at(3, "CORP\\\\"), rules=NO_DOMAIN) == ["@x", "CORP\\", "y@"]
    assert logins(at(1, "CORP\\\\jdoe")) == ["CORP\\jdoe"]


def test_a_domain_is_not_dropped_where_two_people_would_become_one() -> None:
    lines = (at(1, "jdoe@example.com"), at(2, "JDOE@example.org"))
    with pytest.raises(LoginCollision, match=r"'JDOE@example\.org' and 'jdoe@example\.com'.*Nothing was counted"):
        logins(*lines, rules=NO_DOMAIN)
    with pytest.raises(LoginCollision):
        logins(at(1, "A\\\\jdoe"), at(2, "jdoe@a.example"), rules=NO_DOMAIN)
    assert len(logins(*lines)) == 2


def test_exact_logins_without_their_domains_collide_only_where_they_are_the_same() -> None:
    rules = LoginRules(exact=True, drop_domain=True)
    assert logins(at(1, "jdoe@example.com"), at(2, "JDOE@example.org"), rules=rules) == ["JDOE", "jdoe"]
    with pytest.raises(LoginCollision):
        logins(at(1, "jdoe@example.com"), at(2, "jdoe@example.org"), rules=rules)


def test_a_program_is_told_by_its_login_however_it_is_written() -> None:
    data = at(1, "Backup") + at(2, "BACKUP") + at(3, "alice") + combined("backup", "GET /api/x HTTP/1.1")
    facts = read_bytes(data, source(rules=Rules(programs=("backup",))))
    assert dates(facts) == {"alice": ["2026-10-10"]}
    assert facts.account.reasons["system_account"] == 2
    assert facts.account.reasons["api"] == 1
    assert facts.account.accesses == 1
    [program] = [login for login in facts.logins.values() if login.is_program]
    assert program.program_days
    assert not program.days
    exact = read_bytes(data, source(rules=Rules(programs=("BACKUP",)), logins=EXACT))
    assert exact.account.reasons["system_account"] == 1
    dropped = read_bytes(at(1, "CORP\\\\Bot"), source(rules=Rules(programs=("bot@x",)), logins=NO_DOMAIN))
    assert dropped.account.reasons["system_account"] == 1


def test_api_days_are_kept_apart_and_never_counted() -> None:
    api = combined("alice", "GET /api/x HTTP/1.1", time="11/Oct/2026:01:00:00 +0000")
    facts = read_bytes(at(1, "alice") + api)
    assert facts.user_days == 1
    [login] = facts.logins.values()
    assert [bin(mask) for mask in login.program_days.values()] == [bin(1 << 10)]
    assert [bin(mask) for mask in login.days.values()] == [bin(1 << 9)]
    assert list(read_bytes(api).people()) == []
