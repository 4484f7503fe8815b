"""`seatwise review`: all actions, what they refuse and their exit codes."""

import re
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands.tests.conftest import Run
from seatwise.directory import people
from seatwise.directory.models import Service, User
from seatwise.enquiries.models import Enquiry
from seatwise.letters.models import Letter
from seatwise.licenses.models import License
from seatwise.reviews import approval
from seatwise.reviews.models import Item, Review
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.choosing_world import ON, ago, between, record
from seatwise.reviews.tests.deciding_world import decide, service_with


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    service = service_with(cast["alice"], cast["bob"], cast["charlie"])
    record(service, {"alice": {ago(0)}, "bob": {ago(40)}, "charlie": {ago(70)}}, between(ago(150), ON))
    return service


DRAFT = ("review", "draft", "wiki", "--name", "Q4", "--owner", "alice", "--due", "2026-12-20")


def test_a_rule_is_tried_before_anything_is_saved(run: Run, wiki: Service) -> None:
    done = run("review", "try", "wiki", "--idle-days", "30")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "selected\t2"
    assert lines[1] == "not selected\t1"
    assert "idle_days\tselected now\tselected 90 days ago\tcame back within 30\tunknown" in lines
    assert "30\t2\t3\t1\t0" in lines
    assert not Review.objects.exists()


def test_without_history_only_today_is_told(run: Run, cast: dict[str, User]) -> None:
    service = service_with(cast["charlie"])
    assert (
        run("review", "try", "wiki", "--never").out
        == "selected\t0\nleft out: days without records\t1\nnot selected\t0\n"
    )
    record(service, {}, between(ago(20), ON))
    lines = run("review", "try", "wiki", "--at-most", "3").out.splitlines()
    assert "at_most\tselected now" in lines
    assert "3\t0" in lines


def test_a_draft_has_the_rule_of_the_options(run: Run, wiki: Service) -> None:
    done = run(*DRAFT, "--at-most", "3", "--window", "90", "--department", "sales", "--held-at-least", "30")
    assert (done.code, done.err) == (0, "")
    review = Review.objects.get()
    assert done.out == f"Review {review.pk} was drafted. `seatwise review open {review.pk} --by LOGIN` opens it.\n"
    assert review.judges_by == Rule(at_most=3, window=90, department="sales", held_at_least=30)
    assert (review.asks_members, review.asks_again) == (True, False)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("review",), 2, "ACTION"),
        (("review", "draft", "wiki"), 2, "--name"),
        ((*DRAFT[:-1], "2026-13-01"), 2, "--due"),
        ((*DRAFT, "--idle-days", "0"), 2, "--idle-days"),
        ((*DRAFT, "--window", "31"), 2, "--window"),
        (("review", "open", "1"), 2, "--by"),
        ((*DRAFT[:-1], "2026-11-23"), 1, "in the future"),
        ((*DRAFT, "--department", "none"), 1, "no department"),
        ((*DRAFT, "--department", ""), 2, "--department: it is empty; leave the option out for everyone"),
        ((*DRAFT, "--text", " "), 2, "--text: it is empty; leave the option out for everyone"),
        (("review", "try", "wiki", "--department", ""), 2, "--department: it is empty"),
        ((*DRAFT, "--share", "101"), 2, "at least 0 and at most 100"),
        ((*DRAFT, "--at-most", "91"), 2, "at least 0 and at most 90"),
        (("review", "try", "none"), 1, "no service 'none'"),
        ((*DRAFT[:6], "charlie", *DRAFT[7:]), 1, "charlie cannot own a review"),
        ((*DRAFT[:6], "nobody", *DRAFT[7:]), 1, "nobody"),
        ((*DRAFT[:4], "x" * 201, *DRAFT[5:]), 1, "200 characters"),
        (("review", "open", "99", "--by", "alice"), 1, "no review number 99"),
        (("review", "status", "99"), 1, "no review number 99"),
        (("review", "remind", "99"), 1, "no review number 99"),
        (("review", "close", "99", "--by", "alice"), 1, "no review number 99"),
        (("review", "export", "99", "x.zip"), 1, "no review number 99"),
    ],
)
def test_what_is_refused_says_why(run: Run, wiki: Service, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = run(*arguments)
    assert (done.code, said in done.err) == (code, True), done
    assert not Review.objects.exists()


def opened(run: Run, *more: str) -> Review:
    run(*DRAFT, "--idle-days", "60", *more)
    review = Review.objects.get()
    assert run("review", "open", str(review.pk), "--by", "charlie").code == 1
    done = run("review", "open", str(review.pk), "--by", "alice")
    assert done.code == 0, done
    review.refresh_from_db()
    return review


def test_opening_asks_those_who_are_named(run: Run, wiki: Service) -> None:
    review = opened(run)
    assert review.state == "open"
    assert Enquiry.objects.get().person.login == "charlie"
    again = run("review", "open", str(review.pk), "--by", "alice")
    assert (again.code, "no longer a draft" in again.err) == (1, True)


def test_the_status_of_all_and_of_one(run: Run, wiki: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("review", "status").out == ""
    review = opened(run)
    assert run("review", "status").out == f"{review.pk}\topen\twiki\t2026-12-20\tQ4\n"
    lines = run("review", "status", str(review.pk)).out.splitlines()
    assert lines[0] == "Q4: open, due on 2026-12-20"
    assert {"held\t3", "selected\t1", "asked\t1", "decided\t0", "done remove\t0"} <= set(lines)
    monkeypatch.setenv("SEATWISE_TODAY", "2026-12-21")
    assert "(late)" in run("review", "status", str(review.pk)).out


def test_reminding_writes_to_members_and_to_those_who_decide(run: Run, wiki: Service) -> None:
    review = opened(run)
    Letter.objects.all().delete()
    done = run("review", "remind", str(review.pk))
    assert done.code == 0
    assert {letter.to.login for letter in Letter.objects.of_kind("review.to_decide")} == {"bob"}
    approval.cancel(review, by=User.objects.get(login="alice"), reason="x", on=ON)
    again = run("review", "remind", str(review.pk))
    assert (again.code, "cancelled" in again.err) == (1, True)


def test_a_review_is_carried_out_and_its_evidence_written(run: Run, wiki: Service, tmp_path: Path) -> None:
    review = opened(run, "--without-asking")
    assert not Enquiry.objects.exists()
    number = str(review.pk)
    early = run("review", "close", number, "--by", "alice")
    assert (early.code, "not been approved" in early.err) == (1, True)
    assert run("review", "export", number, "x.zip").code == 1
    decide(review, User.objects.get(login="charlie"), "remove", User.objects.get(login="bob"))
    approval.propose(review, by=User.objects.get(login="bob"))
    ken: Any = people.add({"login": "ken", "role": "administrator"}, by=None, on=ago(90))
    approval.approve(review, by=ken)
    assert run("review", "close", number, "--by", "bob").code == 1
    done = run("review", "close", number, "--by", "alice")
    assert (done.code, done.out) == (0, f"Review {number} was carried out and closed.\n")
    assert not License.objects.held().by([User.objects.get(login="charlie")]).exists()
    assert Item.objects.of(review).in_state("waiting").named().count() == 0
    exported = run("review", "export", number, "x.zip")
    assert (exported.code, "manifest checksum" in exported.out) == (0, True)
    again = run("review", "export", number, "x.zip")
    assert (again.code, "already exists" in again.err) == (1, True)
    assert run("verify-evidence", "x.zip").code == 3  # whose key it is was not checked
    key = re.search("key ([0-9a-f]+)", exported.out)
    assert key
    assert run("verify-evidence", "x.zip", "--key", key[1]).code == 0
    closed = run("review", "close", number, "--by", "alice")
    assert closed.code == 1
