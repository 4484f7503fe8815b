"""Guessing: how often, by whom it is slowed down, and that nobody is kept out by a stranger."""

import datetime
import threading
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from seatwise.accounts import throttling
from seatwise.accounts.models import Tally
from seatwise.accounts.throttling import ADDRESS, LOGIN, PAIR, Limit
from seatwise.cast import PASSWORD

SIGN_IN = "/account/login/"
NOW = datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.UTC)


def sign_in(login: str, password: str, address: str, browser: Client | None = None) -> Any:
    return (browser or Client()).post(SIGN_IN, {"login": login, "password": password}, REMOTE_ADDR=address)


def waits(answer: Any) -> bool:
    return "Too many failed attempts" in answer.content.decode()


def gets_in(answer: Any) -> bool:
    return bool(answer.status_code == 302 and answer.headers["Location"] == "/")


def seconds(number: float) -> datetime.timedelta:
    return datetime.timedelta(seconds=number)


def test_a_stranger_is_slowed_down_and_the_owner_of_the_account_is_not(alice: Any) -> None:
    for _ in range(PAIR.free):
        assert not waits(sign_in("alice", "wrong", "192.0.2.1"))
    assert waits(sign_in("alice", PASSWORD, "192.0.2.1"))
    assert gets_in(sign_in("alice", PASSWORD, "192.0.2.2"))
    assert waits(sign_in("alice", PASSWORD, "192.0.2.1"))


@pytest.mark.parametrize("spelled", ["ＢＯＢ", "BOB", " bob ", "ｂｏｂ"])
def test_all_spellings_of_a_login_name_are_counted_as_one(bob: Any, spelled: str) -> None:
    for _ in range(PAIR.free):
        sign_in("bob", "wrong", "192.0.2.1")
    assert waits(sign_in(spelled, PASSWORD, "192.0.2.1"))


def test_a_login_name_that_nobody_has_is_counted_alike(db: None) -> None:
    answers = [sign_in("nobody", "wrong", "192.0.2.1") for _ in range(PAIR.free + 1)]
    assert [waits(answer) for answer in answers] == [False] * PAIR.free + [True]


def test_many_addresses_that_guess_at_one_login_name_do_not_keep_its_owner_out_of_their_own_browser(alice: Any) -> None:
    mine = Client()
    assert gets_in(sign_in("alice", PASSWORD, "203.0.113.9", mine))
    mine.post("/account/logout/")
    for number in range(LOGIN.free):
        assert not waits(sign_in("alice", "wrong", f"192.0.2.{number}"))
    assert waits(sign_in("alice", PASSWORD, "192.0.2.200"))
    assert gets_in(sign_in("alice", PASSWORD, "203.0.113.9", mine))


def test_a_browser_is_known_for_whoever_signed_in_with_it_and_cannot_be_invented(alice: Any, bob: Any) -> None:
    mine = Client()
    sign_in("bob", PASSWORD, "192.0.2.1", mine)
    mine.post("/account/logout/")
    for forged in (mine.cookies["device"].value, "x", mine.cookies["device"].value[:-1] + "_"):
        browser = Client()
        browser.cookies["device"] = forged
        answers = [sign_in("alice", "wrong", "192.0.2.1", browser) for _ in range(PAIR.free + 1)]
        assert waits(answers[-1])
        Tally.objects.all().delete()


def test_a_known_browser_does_not_guess_without_end_either(alice: Any) -> None:
    mine = Client()
    sign_in("alice", PASSWORD, "192.0.2.1", mine)
    mine.post("/account/logout/")
    answers = [sign_in("alice", "wrong", "192.0.2.1", mine) for _ in range(throttling.DEVICE.free + 1)]
    assert [waits(answer) for answer in answers] == [False] * throttling.DEVICE.free + [True]


def test_one_address_that_guesses_at_many_login_names_waits_and_an_office_that_signs_in_does_not(alice: Any) -> None:
    for _ in range(3):
        for number in range(ADDRESS.free // 3):
            assert not waits(sign_in(f"person{number}", "Spring2026", "192.0.2.1"))
        assert gets_in(sign_in("alice", PASSWORD, "192.0.2.1"))
    sign_in("person-x", "Spring2026", "192.0.2.1")
    assert waits(sign_in("alice", PASSWORD, "192.0.2.1"))


def test_of_ipv6_a_whole_network_is_one_address(alice: Any) -> None:
    answers = [sign_in("alice", "wrong", f"2001:db8:0:1::{number}") for number in range(PAIR.free + 1)]
    assert waits(answers[-1])
    assert gets_in(sign_in("alice", PASSWORD, "2001:db8:0:2::1"))


def test_waiting_grows_ends_and_is_forgotten(db: None) -> None:
    limit = Limit("trial", free=2, first=30, most=100, forget=600)
    counted = throttling.counts([(limit, "x")])
    at, waited = NOW, []
    for _ in range(5):
        assert throttling.take(counted, at) is None
        until = Tally.objects.get().blocked_until or at
        waited.append((until - at).total_seconds())
        at = until
    assert waited == [0, 30, 60, 100, 100]
    assert throttling.take(counted, at + seconds(600 * 10)) is None
    assert throttling.take(counted, at + seconds(600 * 10)) is None


def test_an_hour_of_guesses_at_one_account_from_everywhere_stays_below_a_hundred(db: None) -> None:
    taken, at = 0, NOW
    for guess in range(3600):
        at = NOW + seconds(guess)
        counted = throttling.counts([(LOGIN, "alice"), (PAIR, f"{guess % 600} alice")])
        taken += throttling.take(counted, at) is None
    assert LOGIN.free < taken < 100  # OWASP ASVS 4, 2.2.1


def test_what_is_waited_for_is_not_written(alice: Any, django_assert_num_queries: Any) -> None:
    counted = throttling.counts([(Limit("trial", free=1, first=30, most=30, forget=60), "x")])
    throttling.take(counted, NOW)
    with django_assert_num_queries(1):
        assert throttling.take(counted, NOW) == NOW + seconds(30)


def test_invented_login_names_do_not_fill_the_database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "MOST_ROWS", 20)
    for number in range(60):
        throttling.take(throttling.counts([(LOGIN, f"invented{number}")]), NOW + seconds(number))
    throttling.sweep(NOW + seconds(60))
    assert Tally.objects.count() == 20
    assert throttling.counts([(LOGIN, "invented59")]).keys() <= set(Tally.objects.values_list("pk", flat=True))
    throttling.sweep(NOW + seconds(LOGIN.forget + 60))
    assert not Tally.objects.exists()


def test_nothing_of_an_attempt_can_be_read_from_what_is_kept(alice: Any) -> None:
    sign_in("my secret passphrase", "wrong", "192.0.2.77")
    kept = " ".join(Tally.objects.values_list("key", flat=True))
    assert len(kept) > 100
    assert "secret" not in kept
    assert "192.0" not in kept


def test_a_database_that_cannot_be_written_to_is_an_error_and_not_too_many_attempts(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any, **_more: Any) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(type(Tally.objects), "bulk_create", full)
    browser = Client(raise_request_exception=False)
    answer = sign_in("alice", PASSWORD, "192.0.2.1", browser)
    assert answer.status_code >= 500
    assert not waits(answer)


def test_whoever_found_an_open_session_does_not_get_to_guess_its_password(client: Client, alice: Any) -> None:
    client.force_login(alice)
    new = {"password1": "another horse 2", "password2": "another horse 2"}
    for _ in range(throttling.OWN_PASSWORD.free):
        client.post("/account/password/", {"oldpassword": "wrong", **new})
    assert waits(client.post("/account/password/", {"oldpassword": PASSWORD, **new}))
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_many_attempts_at_once_count_as_many() -> None:
    counted = throttling.counts([(PAIR, "192.0.2.1 alice"), (ADDRESS, "192.0.2.1"), (LOGIN, "alice")])
    begin, told, wrong = threading.Barrier(16), [], []

    def guess() -> None:
        try:
            begin.wait()
            told.append(throttling.take(counted, timezone.now()))
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sum(until is None for until in told) == PAIR.free
    assert sorted(round(row.level) for row in Tally.objects.all()) == [PAIR.free] * 3
