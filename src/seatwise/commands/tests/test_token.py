"""`seatwise token`: added tokens open the API, are listed without their secret, and are revoked."""

import datetime
from typing import Any

import pytest

from seatwise.commands.tests.conftest import Run
from seatwise.directory.models import ApiToken

TODAY = datetime.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _set_up(monkeypatch: pytest.MonkeyPatch, alice: Any, charlie: Any) -> None:
    monkeypatch.setattr("seatwise.commands.django_setup.setup", lambda **_: None)


def test_a_token_is_printed_once_listed_and_revoked(run: Run) -> None:
    done = run("token", "add", "BI", "--for", "ALICE", "--scope", "usage:read", "--days", "5")
    secret = done.out.strip()
    assert (done.code, len(done.out.splitlines())) == (0, 1)
    assert "until 2026-11-29" in done.err
    token = ApiToken.objects.in_force(secret, TODAY)
    assert token is not None
    listed = run("token", "list").out
    assert listed == f"{token.pk}\tBI\t{secret[:15]}\talice\tusage:read\t2026-11-29\t-\t-\n"
    assert run("token", "revoke", str(token.pk)) == (0, "", "")
    assert ApiToken.objects.in_force(secret, TODAY) is None
    assert run("token", "list").out.endswith("\t2026-11-24\n")
    again = run("token", "revoke", str(token.pk))
    assert (again.code, "is no longer valid" in again.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "x", "--for", "nobody", "--scope", "usage:read"), "there is no user with the login name 'nobody'"),
        (("add", "x", "--for", "charlie", "--scope", "usage:read"), "cannot own a token"),
        (("add", "x", "--for", "alice", "--scope", "all"), "usage:read"),
        (("add", "x", "--for", "alice", "--scope", "usage:read", "--days", "1000"), "1 to 366 days"),
        (("revoke", "77"), "there is no token 77"),
    ],
)
def test_what_cannot_be_is_refused(run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = run("token", *arguments)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert not ApiToken.objects.exists()
