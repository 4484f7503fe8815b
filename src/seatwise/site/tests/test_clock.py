"""Where the clock jumped, nothing is done by itself until somebody says that the day is right, or the clock is back."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from seatwise import configuration
from seatwise.audit.models import Entry
from seatwise.commands import run_command
from seatwise.directory.models import User
from seatwise.letters import clock_notice
from seatwise.letters.models import Letter
from seatwise.site import clock, daily_work
from seatwise.site.clock import Jump
from seatwise.site.models import Clock

DAY = datetime.date(2026, 11, 24)
Show = Callable[[int], datetime.date]
pytestmark = pytest.mark.django_db


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Has the clock show the day so many days after DAY."""

    def shows(days: int) -> datetime.date:
        day = DAY + datetime.timedelta(days)
        monkeypatch.setenv("SEATWISE_TODAY", str(day))
        return day

    return shows


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done, by day, by minute, and by minute whatever the clock shows."""
    found: list[str] = []
    monkeypatch.setattr(daily_work, "DAILY", [lambda day: found.append(str(day))])
    monkeypatch.setattr(daily_work, "WHILE_HELD", [lambda: found.append("letters")])
    monkeypatch.setattr(daily_work, "EVERY_MINUTE", [lambda: found.append("minute"), *daily_work.WHILE_HELD])
    return found


def tick(*options: str) -> int:
    return run_command(["tick", *options])


def verbs() -> list[str]:
    return list(Entry.objects.filter(verb__startswith="clock.").order_by("number").values_list("verb", flat=True))


@pytest.mark.parametrize("steps", [(0, 1, 2), (0, 3, 6, 9), (0, -3), (0, 3, 0, 1)])
def test_a_clock_that_goes_on_is_followed(show: Show, done: list[str], steps: tuple[int, ...]) -> None:
    for step in steps:
        show(step)
        assert tick() == 0
    assert len(done) == len(steps)
    assert verbs() == []


@pytest.mark.parametrize("days", [4, 400, -4, -400])
def test_a_jump_forwards_or_backwards_stops_all_that_is_done_by_itself(
    show: Show, done: list[str], days: int, capsys: pytest.CaptureFixture[str]
) -> None:
    show(0)
    assert tick() == 0
    day = show(days)
    assert tick() == 3
    assert not daily_work.each_minute(print)
    assert done == [str(DAY), "letters"]
    said = capsys.readouterr().err
    assert f"The clock shows {day}, {abs(days)} days {'after' if days > 0 else 'before'}" in said
    assert "seatwise tick --accept-clock" in said
    assert Clock.objects.get().day == DAY


def test_small_steps_within_the_span_do_not_add_up_backwards(show: Show, done: list[str]) -> None:
    for step in (0, -3):
        show(step)
        assert tick() == 0
    show(-6)
    assert tick() == 3


def test_the_span_is_what_the_setting_says(show: Show, done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATWISE_CLOCK_JUMP", "30")
    for step, code in ((0, 0), (30, 0), (61, 3)):
        show(step)
        assert tick() == code


def test_silence_is_not_counted_nor_anything_else_while_the_clock_is_wrong(show: Show) -> None:
    """All that is done daily begins in one place, and nothing of it is reached."""
    assert len(daily_work.DAILY) > 10
    show(0)
    clock.look(DAY)
    show(40)
    before = Entry.objects.count()
    with pytest.raises(daily_work.ClockJumped):
        daily_work.tick(configuration.today(), print)
    assert list(Entry.objects.filter(number__gt=before).values_list("verb", flat=True)) == ["clock.hold"]


def test_a_clock_that_is_set_right_goes_on_by_itself_and_does_what_waited(show: Show, done: list[str]) -> None:
    show(0)
    assert tick() == 0
    show(40)
    assert tick() == 3
    day = show(1)
    assert daily_work.each_minute(print)
    assert done == [str(DAY), str(day), "minute", "letters"]
    assert verbs() == ["clock.hold", "clock.back"]
    assert clock.held() is None


def test_whoever_says_that_the_day_is_right_on_the_machine_is_written_down_and_all_goes_on(
    show: Show, done: list[str]
) -> None:
    show(0)
    assert tick() == 0
    day = show(40)
    assert tick("--accept-clock") == 0
    assert done == [str(DAY), str(day)]
    assert verbs() == ["clock.hold", "clock.accept"]
    accepted = Entry.objects.newest_first()[0]
    assert (accepted.before, accepted.after) == ({"day": str(DAY)}, {"day": str(day)})
    daily_work.each_minute(print)
    assert done[2:] == ["minute", "letters"]  # and not what is done daily once more


def test_confirming_where_nothing_waits_changes_nothing(
    show: Show, done: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    show(0)
    assert tick("--accept-clock") == 0
    assert "Nothing was paused" in capsys.readouterr().out
    assert verbs() == []


def test_administrators_see_it_on_every_page_hear_of_it_by_mail_and_confirm_it(
    show: Show, done: list[str], client: Client, cast: dict[str, User]
) -> None:
    User.objects.filter(pk=cast["alice"].pk).update(email="alice@example.com")
    show(0)
    assert tick() == 0
    day = show(40)
    assert [tick(), tick()] == [3, 3]
    letters = Letter.objects.filter(kind=clock_notice.KIND)
    assert [letter.to.login for letter in letters] == ["alice"]
    assert f"The clock shows {day}" in str(clock_notice.compose(letters[0]))
    client.force_login(cast["alice"])
    for page in ("/", "/administration/", "/administration/directory/users/"):
        assert 'href="/administration/clock/"' in client.get(page).content.decode()
    assert f'name="day" value="{day}"' in client.get("/administration/clock/").content.decode()
    client.post("/administration/clock/", {"day": str(day)})
    assert verbs() == ["clock.hold", "clock.accept"]
    assert Entry.objects.newest_first()[0].by == cast["alice"]
    assert 'href="/administration/clock/"' not in client.get("/").content.decode()
    assert clock_notice.compose(letters[0]) is None
    daily_work.each_minute(print)
    assert done == [str(DAY), str(day), "minute", "letters"]


def test_only_the_day_that_was_shown_is_confirmed(show: Show, client: Client, alice: User) -> None:
    show(0)
    clock.look(DAY)
    clock.look(show(40))
    client.force_login(alice)
    show(41)
    answer = client.post("/administration/clock/", {"day": str(DAY + datetime.timedelta(40))})
    assert answer.status_code == 409
    assert 'value="2027-01-04"' in answer.content.decode()
    assert "clock.accept" not in verbs()


def test_whoever_signed_in_long_ago_is_asked_again_before_they_confirm_it(
    show: Show, client: Client, alice: User
) -> None:
    show(0)
    clock.look(DAY)
    clock.look(show(40))
    client.force_login(alice)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    answer = client.post("/administration/clock/", {"day": str(configuration.today())})
    assert answer.headers["Location"].startswith("/account/confirmation/")
    assert clock.held() is not None


@pytest.mark.parametrize("login", ["audrey", "bob", "charlie"])
def test_nobody_but_administrators_confirms_it(show: Show, client: Client, cast: dict[str, User], login: str) -> None:
    show(0)
    clock.look(DAY)
    day = show(40)
    clock.look(day)
    client.force_login(cast[login])
    assert client.post("/administration/clock/", {"day": str(day)}).status_code == 403
    assert ("/administration/clock/" in client.get("/").content.decode()) == (login == "audrey")
    assert clock.held() == Jump(DAY, day)


def test_a_site_that_is_new_goes_on_at_once(monkeypatch: pytest.MonkeyPatch, alice: User) -> None:
    monkeypatch.delenv("SEATWISE_TODAY")
    assert clock.look(configuration.today()) is None


def test_a_site_that_knew_no_clock_yet_takes_its_last_entry_for_the_last_day(
    monkeypatch: pytest.MonkeyPatch, alice: User
) -> None:
    """After an upgrade, on a clock that is wrong or a machine that was off."""
    monkeypatch.delenv("SEATWISE_TODAY")
    last = timezone.now().astimezone(configuration.zone()).date()
    today = last + datetime.timedelta(50)
    assert clock.look(today) == Jump(last, today)


def test_of_many_who_look_at_once_one_writes_it_down(show: Show, alice: User) -> None:
    show(0)
    clock.look(DAY)
    seen = Clock.objects.get()
    jump = Jump(DAY, show(40))
    for _ in range(3):
        clock._hold(Clock(pk=1, day=seen.day), jump)
    assert verbs() == ["clock.hold"]
