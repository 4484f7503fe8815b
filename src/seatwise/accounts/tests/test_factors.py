"""Second factors: set up, used, removed, written down, told."""

import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client, override_settings

from seatwise.accounts import attempts, codes, factors
from seatwise.accounts.models import Tally
from seatwise.accounts.tests.authenticator import APP, CODES, code_of, recovery_codes, set_up_app, sign_in
from seatwise.accounts.tests.conftest import Later
from seatwise.audit.models import Entry
from seatwise.letters.composing import compose
from seatwise.letters.models import Letter

SECOND_STEP = "/account/login/code/"
INDEX = "/account/factors/"
required = override_settings(SECOND_FACTOR_REQUIRED=True)


@pytest.fixture
def charlies(client: Client, charlie: Any) -> Client:
    """The browser of charlie, who just signed in."""
    type(charlie).objects.filter(pk=charlie.pk).update(email="charlie@example.com")
    sign_in(client, "charlie")
    return client


def told() -> list[str]:
    """What the letters that were written say first."""
    return [str(compose(each).text).split("\n\n")[1] for each in Letter.objects.order_by("pk")]  # type: ignore[union-attr]


def written_down() -> list[str]:
    return list(Entry.objects.of("factor").order_by("number").values_list("verb", flat=True))


def test_an_app_that_is_set_up_is_asked_for_at_the_next_sign_in(charlies: Client) -> None:
    secret = set_up_app(charlies)
    charlies.post("/account/logout/")
    assert sign_in(charlies, "charlie").headers["Location"] == SECOND_STEP
    assert "login" in charlies.get("/").headers["Location"], "your password alone is not enough"
    assert charlies.post(SECOND_STEP, {"code": "000000"}).status_code == 200
    assert charlies.post(SECOND_STEP, {"code": code_of(secret)}).headers["Location"] == "/"
    assert charlies.get("/").status_code == 200


def test_after_the_second_step_one_is_where_one_wanted_to_be(charlies: Client) -> None:
    secret = set_up_app(charlies)
    charlies.post("/account/logout/")
    sign_in(charlies, "charlie", next="/account/password/")
    assert charlies.post(SECOND_STEP, {"code": code_of(secret)}).headers["Location"] == "/account/password/"


def test_a_code_is_good_once_also_the_one_of_setting_up(charlies: Client, charlie: Any) -> None:
    secret = set_up_app(charlies)
    used = [code_of(secret, -1), code_of(secret), code_of(secret)]
    codes = []
    for code in used:
        charlies.post("/account/logout/")
        sign_in(charlies, "charlie")
        codes.append(charlies.post(SECOND_STEP, {"code": code}).status_code)
    assert codes == [200, 302, 200]


@pytest.mark.parametrize("spelled", ["{0} {1}", "{0}-{1}", " {0}{1}\n"])
def test_a_code_is_known_however_it_is_written(charlies: Client, charlie: Any, spelled: str) -> None:
    secret = set_up_app(charlies)
    code = code_of(secret)
    charlies.post("/account/logout/")
    sign_in(charlies, "charlie")
    wide = spelled.format(code[:3].translate({ord(str(n)): 0xFF10 + n for n in range(10)}), code[3:])
    assert charlies.post(SECOND_STEP, {"code": wide}).headers["Location"] == "/"
    assert charlies.session["_auth_user_id"] == str(charlie.pk)


@pytest.mark.parametrize(("periods", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_that_changes_while_it_is_typed_is_good_and_an_older_one_is_not(
    charlies: Client, charlie: Any, later: Later, *, periods: int, is_good: bool
) -> None:
    secret = set_up_app(charlies)
    later(10)
    charlies.post("/account/logout/")
    sign_in(charlies, "charlie")
    page = charlies.post(SECOND_STEP, {"code": code_of(secret, periods)})
    assert (page.status_code == 302) is is_good
    assert is_good or "This code is wrong or was already used" in page.content.decode()


def test_a_code_that_two_periods_share_is_good_once(
    charlies: Client, charlie: Any, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_app(charlies)
    later(10)
    both = (codes.period() - 1, codes.period())
    monkeypatch.setattr(codes, "code_of", lambda _, counter: "314159" if counter in both else "271828")
    assert codes.use(charlie, "314159") is not None
    later(11)
    assert codes.use(charlie, "314159") is None, "not again as that of the next period"


def test_the_secret_is_not_readable_in_the_database(charlies: Client, charlie: Any) -> None:
    secret = set_up_app(charlies)
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert len(kept) > 100


def test_the_code_to_scan_stands_in_the_page_and_nothing_else_is_loaded(charlies: Client) -> None:
    page = charlies.get(APP).content.decode()
    assert re.search(r'<svg class="scan" viewBox="0 0 \d+ \d+" role="img" aria-label="[^"]+"><rect', page)
    assert "data:" not in page
    assert "style=" not in page


def test_recovery_codes_are_shown_once_and_each_opens_once(charlies: Client, charlie: Any) -> None:
    set_up_app(charlies)
    codes = recovery_codes(charlies)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"\d{5} \d{5}", each) for each in codes)
    file = charlies.get(f"{CODES}file/")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert set(codes) <= set(file.content.decode().splitlines())
    results = []
    for code in (codes[3], codes[3]):
        charlies.post("/account/logout/")
        sign_in(charlies, "charlie")
        results.append(charlies.post(SECOND_STEP, {"code": code}).status_code)
    assert results == [302, 200]
    assert factors.codes_left(charlie) == 9
    other = Client()
    sign_in(other, "charlie")
    other.post(SECOND_STEP, {"code": codes[4]})
    assert recovery_codes(other) == [], "another session does not see them"
    assert other.get(f"{CODES}file/").status_code == 404


def test_recovery_codes_are_shown_for_a_short_while(charlies: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seatwise.accounts.factor_pages.SHOWN_FOR", -1)
    set_up_app(charlies)
    page = charlies.get(CODES)
    assert page.context["codes"] == []
    assert "10 codes are left" in page.content.decode()


def test_new_recovery_codes_end_the_old_ones(charlies: Client, charlie: Any) -> None:
    set_up_app(charlies)
    before = recovery_codes(charlies)
    assert charlies.post(f"{CODES}new/").headers["Location"] == CODES
    assert not set(before) & set(recovery_codes(charlies))
    charlies.post("/account/logout/")
    sign_in(charlies, "charlie")
    assert charlies.post(SECOND_STEP, {"code": before[0]}).status_code == 200


def test_few_recovery_codes_are_a_reason_for_new_ones(charlies: Client, charlie: Any) -> None:
    set_up_app(charlies)
    codes = Authenticator.objects.get(type="recovery_codes")
    codes.data["used_mask"] = 0b1111111
    codes.save()
    assert "Only 3 codes are left" in charlies.get(INDEX).content.decode()


def test_removing_the_last_factor_takes_the_recovery_codes_along(charlies: Client, charlie: Any) -> None:
    set_up_app(charlies)
    assert charlies.post(f"{APP}removal/").headers["Location"] == INDEX
    assert not factors.of(charlie).exists()
    charlies.post("/account/logout/")
    assert sign_in(charlies, "charlie").headers["Location"] == "/"


def test_what_is_done_is_in_the_audit_log_and_told_by_mail(charlies: Client, charlie: Any) -> None:
    set_up_app(charlies)
    code = recovery_codes(charlies)[0]
    charlies.post("/account/logout/")
    sign_in(charlies, "charlie")
    charlies.post(SECOND_STEP, {"code": code})
    charlies.post(f"{CODES}new/")
    charlies.post(f"{APP}removal/")
    assert written_down() == ["factor.add", "factor.codes", "factor.code_used", "factor.codes", "factor.remove"]
    assert told() == [
        "An authenticator app was set up for signing in to your account.",
        "New recovery codes were created for your account. The old ones no longer work.",
        "A recovery code for your account was used. Codes left: 9",
        "New recovery codes were created for your account. The old ones no longer work.",
        "The authenticator app was removed from your account.",
    ]
    kept = json.dumps([[each.before, each.after] for each in Entry.objects.of("factor")])
    assert "secret" not in kept
    assert code not in kept


@required
def test_an_administrator_without_a_factor_is_led_to_setting_one_up(client: Client, alice: Any) -> None:
    sign_in(client, "alice", next="/administration/directory/users/")
    assert client.get("/administration/directory/users/").headers["Location"] == INDEX
    assert "Your role requires a second factor" in client.get(INDEX).content.decode()
    set_up_app(client)
    assert client.get("/account/onwards/").headers["Location"] == "/administration/directory/users/"
    assert client.get("/administration/directory/users/").status_code == 200


@required
@pytest.mark.parametrize(("who", "led"), [("alice", True), ("audrey", True), ("bob", False), ("charlie", False)])
def test_administrators_and_auditors_must_have_one(client: Client, cast: Any, who: str, led: bool) -> None:
    sign_in(client, who)
    assert (client.get("/").headers.get("Location") == INDEX) is led


def test_on_this_machine_nobody_must(client: Client, alice: Any) -> None:
    sign_in(client, "alice")
    assert "Set up a second factor" not in client.get("/administration/").content.decode()
    assert client.get("/administration/").context["user"] == alice


@required
def test_the_last_factor_of_an_administrator_stays(client: Client, alice: Any) -> None:
    sign_in(client, "alice")
    set_up_app(client)
    page = client.post(f"{APP}removal/").content.decode()
    assert "this is your only one" in page
    assert factors.has_one(alice)


def test_after_the_key_of_the_site_was_replaced_it_says_so_and_nobody_gets_in(charlies: Client, charlie: Any) -> None:
    secret = set_up_app(charlies)
    code = recovery_codes(charlies)[0]
    with override_settings(SECRET_KEY="x" * 50):
        browser = Client()
        sign_in(browser, "charlie")
        for wrong in (code_of(secret), code):
            page = browser.post(SECOND_STEP, {"code": wrong}).content.decode()
            assert "the site’s secret key was replaced" in page
            assert "seatwise reset-factors" in page


def test_guessing_codes_is_throttled(charlies: Client, charlie: Any) -> None:
    secret = set_up_app(charlies)
    charlies.post("/account/logout/")
    sign_in(charlies, "charlie")
    for _ in range(5):
        charlies.post(SECOND_STEP, {"code": "123456"})
    assert "Too many failed attempts" in charlies.post(SECOND_STEP, {"code": code_of(secret)}).content.decode()


def test_of_repeated_wrong_codes_the_owner_is_told_once_a_day(charlies: Client, charlie: Any) -> None:
    secret = set_up_app(charlies)
    charlies.post("/account/logout/")
    sign_in(charlies, "charlie")
    wrong = Letter.objects.filter(kind="accounts.wrong_codes")
    for _ in range(4):
        charlies.post(SECOND_STEP, {"code": "123456"})
    assert not wrong.exists()
    for _ in range(2):
        charlies.post(SECOND_STEP, {"code": "123456"})
        Tally.objects.update(blocked_until=None)  # as if they had waited
    letter = wrong.get()
    assert letter.to == charlie
    assert "Several wrong codes" in str(compose(letter).text)  # type: ignore[union-attr]
    charlies.post(SECOND_STEP, {"code": code_of(secret)})
    assert not attempts.are_many_codes_wrong(charlie)


def test_codes_mistyped_while_an_app_is_set_up_are_no_guesses_at_the_account(charlies: Client, charlie: Any) -> None:
    for _ in range(6):
        assert "This code is wrong" in charlies.post(APP, {"code": "123456"}).content.decode()
        Tally.objects.update(blocked_until=None)  # as if they had waited
    assert Tally.objects.filter(pk__startswith="code:").exists()
    assert not attempts.are_many_codes_wrong(charlie)


def test_wrong_codes_and_the_factor_of_who_got_in_are_in_the_audit_log(charlies: Client, charlie: Any) -> None:
    secret = set_up_app(charlies)
    charlies.post("/account/logout/")
    sign_in(charlies, "charlie")
    for code in ("123456", code_of(secret)):
        charlies.post(SECOND_STEP, {"code": code})
    got_in, failed = Entry.objects.order_by("-number")[:2]
    assert (failed.verb, failed.after["attempts"]) == ("account.sign_in_failed", 1)
    assert (got_in.verb, got_in.after) == ("account.sign_in", {"second_factor": "totp"})


@pytest.mark.parametrize(
    "sent", ["", "{}", "[]", "null", '"x"', "[" * 9000, '{"id":"\\u0000"}', "{" * 30000, '{"id":1}']
)
@pytest.mark.parametrize("page", ["/account/login/passkey/", "/account/factors/passkeys/new/"])
def test_what_is_no_answer_of_a_passkey_is_refused_in_a_sentence(
    charlies: Client, charlie: Any, page: str, sent: str
) -> None:
    browser = Client() if "login" in page else charlies
    browser.get(page, headers={"Accept": "application/json"})
    response = browser.post(page, {"credential": sent, "passwordless": "on"})
    assert response.status_code in (200, 302)
    assert not factors.of(charlie).exists()
    assert Client().get("/").status_code == 302
