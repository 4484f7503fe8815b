"""A rule selects what its list showed: saved, opened, scheduled or copied it never becomes wider, at 0 and at empty."""

import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings, strategies as st

from seatwise.cast import post_changed
from seatwise.commands.review import add_arguments, rule_of
from seatwise.directory.models import Service, User
from seatwise.lib import days
from seatwise.monitoring import listing
from seatwise.monitoring.filters import NarrowingForm
from seatwise.reviews import opening
from seatwise.reviews.forms import RuleForm, of_list, query_of
from seatwise.reviews.models import Item, Review
from seatwise.reviews.population import among
from seatwise.reviews.rule_preview import Group, Trial
from seatwise.reviews.rules import Rule
from seatwise.reviews.tests.choosing_world import ON, ago, between, record
from seatwise.reviews.tests.deciding_world import service_with

QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
maybe = st.none
MONTH = days.parse_month("2026-10")
RULES = st.builds(
    Rule,
    idle_days=st.one_of(maybe(), st.sampled_from([1, 30, 3650])),
    at_most=st.one_of(maybe(), st.sampled_from([0, 1, 90])),
    share=st.one_of(maybe(), st.sampled_from([0, 1, 100])),
    window=st.sampled_from([30, 90]),
    never=st.booleans(),
    last_access_by=st.one_of(maybe(), st.just(MONTH)),
    held_at_least=st.one_of(maybe(), st.sampled_from([1, 36500])),
    department=st.one_of(maybe(), st.just("sales")),
    employment=st.one_of(maybe(), st.sampled_from(["full_time", "part_time"])),
    text=st.one_of(maybe(), st.sampled_from(["bob", "0", "no such person"])),
    at_least=st.one_of(maybe(), st.sampled_from([0, 1])),
    accessed=st.booleans(),
    logins=st.sampled_from([(), ("bob",), ("alice", "charlie")]),
)
LISTS = st.fixed_dictionaries(
    {},
    optional={
        "at_most": st.sampled_from(["0", "1", "2", "31", ""]),
        "use": st.sampled_from(["used", "unused", ""]),
        "never": st.sampled_from(["on", "0", "off", ""]),
        "last_access_by": st.sampled_from(["2026-07", "2026-10", ""]),
        "held_at_least": st.sampled_from(["1", "600", ""]),
        "department": st.sampled_from(["sales", ""]),
        "employment": st.sampled_from(["full_time", "part_time", ""]),
        "text": st.sampled_from(["b", "0", ""]),
        "sort": st.sampled_from(["days", "login"]),
    },
)


@pytest.fixture
def wiki(cast: dict[str, User]) -> Service:
    service = service_with(cast["alice"], cast["bob"], cast["charlie"], cast["audrey"])
    seen = {"alice": {ago(0), ago(1)}, "bob": {ago(40)}, "charlie": {ago(100)}}
    record(service, seen, between(ago(150), ON))
    return service


def query(fields: dict[str, str]) -> QueryDict:
    """An address."""
    found = QueryDict(mutable=True)
    found.update(fields)
    return found


@given(RULES)
def test_a_rule_is_the_same_after_it_was_stored(rule: Rule) -> None:
    assert Rule.from_json(json.loads(json.dumps(rule.as_json()))) == rule


@QUICK
@given(RULES)
def test_a_rule_is_the_same_after_it_stood_in_an_address(wiki: Service, cast: dict[str, User], rule: Rule) -> None:
    form = RuleForm(QueryDict(query_of(rule, wiki).urlencode()), cast["alice"])
    assert form.is_valid(), form.errors
    assert form.rule() == rule


def listed(wiki: Service, alice: User, address: dict[str, str]) -> set[int]:
    """Whom the list shows at an address."""
    form = NarrowingForm(query(address), alice, wiki)
    assert form.is_valid(), form.errors
    wanted = form.wanted()
    of = listing.basis(wiki, wanted.as_of)
    rows: Any = listing.selection(of, wanted.narrowing, wanted.sorting, alice)
    return set(rows.rows.values_list("user_id", flat=True))


@QUICK
@given(LISTS)
def test_a_rule_names_nobody_whom_its_list_left_out(
    wiki: Service, cast: dict[str, User], address: dict[str, str]
) -> None:
    form = RuleForm(of_list(query({**address, "service": "wiki"})), cast["alice"])
    assert form.is_valid(), form.errors
    named = {each.member.user for each in Trial(wiki, form.rule(), ON).verdicts if each.group == Group.NAMED}
    assert named <= listed(wiki, cast["alice"], address)
    again = RuleForm(query_of(form.rule(), wiki), cast["alice"])
    assert again.rule() == form.rule()


@QUICK
@given(LISTS)
def test_all_whom_a_list_shows_are_looked_at(wiki: Service, cast: dict[str, User], address: dict[str, str]) -> None:
    """Nobody is lost either: who is not named is so for unknown days or an exclusion, not because of the filter."""
    form = RuleForm(of_list(query({**address, "service": "wiki"})), cast["alice"])
    everybody = among(wiki.licenses.held(), form.rule())
    assert set(everybody.values_list("user_id", flat=True)) >= listed(wiki, cast["alice"], address)


def test_a_draft_that_is_saved_and_opened_names_whom_the_list_showed(
    client: Any, wiki: Service, cast: dict[str, User]
) -> None:
    client.force_login(cast["alice"])
    given = {"name": "Q4", "owner": "alice", "due": "2026-12-20"}
    client.post("/administration/reviews/new/?service=wiki&use=unused", given)
    review = Review.objects.get()
    post_changed(client, f"/administration/reviews/{review.pk}/rule/", given)
    post_changed(client, f"/administration/reviews/{review.pk}/rule/", {**given, "name": "Q4 again"})
    review.refresh_from_db()
    assert (review.name, review.judges_by) == ("Q4 again", Rule(at_most=0, accessed=True))
    opening.open_review(review, by=cast["alice"], on=ON)
    named = set(Item.objects.of(review).named().values_list("user_id", flat=True))
    assert named == listed(wiki, cast["alice"], {"use": "unused"})


def test_the_command_line_knows_every_condition(wiki: Service, cast: dict[str, User]) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    rule = Rule(1, 0, 0, 90, True, MONTH, 1, "sales", "part_time", "0", 0, True, ("bob",), ("charlie",))
    assert all(rule.as_json().get(name) is not None for name in Rule.__dataclass_fields__)
    options = (
        "try wiki --idle-days 1 --at-most 0 --share 0 --window 90 --never --last-access-by 2026-10 --held-at-least 1 "
        "--department sales --employment part_time --text 0 --at-least 0 --accessed --login BOB --leave-out Charlie"
    )
    assert rule_of(parser.parse_args(options.split())) == rule


@pytest.mark.parametrize("condition", ["department", "employment", "text"])
def test_an_empty_condition_is_no_rule(condition: str) -> None:
    with pytest.raises(ValueError, match="empty condition"):
        Rule(**{condition: ""})  # type: ignore[arg-type]
