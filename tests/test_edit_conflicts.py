"""Every form of one thing: who saves an older form is told what changed meanwhile, and overwrites nothing."""

import datetime
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django import forms
from django.db import models
from django.test import Client

from seatwise.directory import people
from seatwise.directory.models import Department, Service, User
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.licenses import contract_terms, exemption_rules, suspension_rules
from seatwise.licenses.models import Exemption, Policy, Suspension
from seatwise.logs.rules import Rules
from seatwise.reviews import opening
from seatwise.reviews.models import Review
from seatwise.reviews.rules import Rule

TODAY = datetime.date(2026, 11, 24)
pytestmark = pytest.mark.django_db


class Form(NamedTuple):
    """The form of a thing, and two fields of it that are changed."""

    address: str
    thing: models.Model
    change: Callable[..., Any]
    first: tuple[str, Any, str]  # the field, what it becomes, and how a page says that
    second: tuple[str, Any, str]


def draft(service: Service, alice: User, rule: Rule) -> Review:
    later = TODAY + datetime.timedelta(30)
    return opening.draft(name="Seats", service=service, owner=alice, rule=rule, due=later, by=alice, on=TODAY)


def form_of(what: str, alice: User, charlie: User) -> Form:
    directory = "/administration/directory/"
    if what == "person":
        change = lambda **fields: people.change(charlie, fields, by=alice, on=TODAY)  # noqa: E731
        address = f"{directory}users/{charlie.pk}/edit/"
        return Form(address, charlie, change, ("status", "inactive", "inactive"), ("name", "Chuck", "Chuck"))
    if what == "department":
        sales = Department.objects.get(code="sales")
        change = lambda **fields: sales.change(by=alice, **{"name": sales.name, "parent": None} | fields)  # noqa: E731
        address = f"{directory}departments/{sales.pk}/"
        return Form(address, sales, change, ("name", "Selling", "Selling"), ("order", 7, "7"))
    wiki = Service.objects.add(code="wiki", name="Wiki", by=alice)
    if what == "service":
        change = lambda **fields: wiki.change(by=alice, **fields)  # noqa: E731
        seen = ("department_admins_see_usage", True, "yes")
        return Form(f"{directory}services/wiki/", wiki, change, seen, ("name", "Pages", "Pages"))
    if what == "policy":
        policy = Policy.of(wiki)
        change = lambda **fields: policy.change(by=alice, **fields)  # noqa: E731
        address = "/administration/services/wiki/policy/"
        return Form(address, policy, change, ("young_days", 77, "77"), ("checklist", "Ask\nLook", "Ask\nLook"))
    if what == "contract":
        contract = contract_terms.add(service=wiki, by=alice, on=TODAY, seats=20, price="1500", currency="JPY")
        change = lambda **fields: contract_terms.change(contract, by=alice, on=TODAY, **fields)  # noqa: E731
        address = f"/administration/services/wiki/contracts/{contract.pk}/"
        return Form(address, contract, change, ("seats", 21, "21"), ("renews", datetime.date(2027, 4, 1), "2027-04-01"))
    if what == "review":
        review = draft(wiki, alice, Rule(idle_days=90))
        change = lambda **fields: opening.change(review, by=alice, on=TODAY, **fields)  # noqa: E731
        due = ("due", datetime.date(2027, 1, 31), "2027-01-31")
        return Form(f"/administration/reviews/{review.pk}/rule/", review, change, ("name", "Spring", "Spring"), due)
    rules = ReadingRules(format="combined", services={"wiki": Rules()})
    source = Source.objects.add(code="proxy", name="Proxy", rules=rules, by=alice)
    change = lambda **fields: source.change(by=alice, **fields)  # noqa: E731
    retired = ("retired_on", datetime.date(2026, 12, 1), "2026-12-01")
    return Form(f"/administration/sources/{source.pk}/edit/", source, change, retired, ("name", "Front", "Front"))


def sent(form: forms.Form, **written: Any) -> dict[str, Any]:
    """What a browser sends of a form as it is shown, with some fields WRITTEN."""
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        if isinstance(bound.field, forms.BooleanField):
            value = "on" if value else None
        data[bound.name] = value
    data |= {name: value if value is not True else "on" for name, value in written.items()}
    return {name: value for name, value in data.items() if value is not None and value != []}


def plain(form: Form, name: str) -> Any:
    return getattr(type(form.thing)._default_manager.get(pk=form.thing.pk), name)


WHAT = ["person", "department", "service", "policy", "contract", "source", "review"]


@pytest.mark.parametrize("what", WHAT)
def test_what_somebody_else_changed_is_not_overwritten_by_an_older_form(
    client: Client, alice: User, charlie: User, what: str
) -> None:
    form = form_of(what, alice, charlie)
    (theirs, other, said), (mine, wanted, _mine) = form.first, form.second
    client.force_login(alice)
    page = client.get(form.address)
    assert 'type="hidden" name="opened"' in page.content.decode()
    form.change(**{theirs: other})

    again = client.post(form.address, sent(page.context["form"], **{mine: wanted}))
    label = again.context["form"].fields[theirs].label
    text = again.content.decode()
    assert "Someone else changed this after you opened it" in text
    assert any(error.startswith(f"{label}: “{said}” now, “") for error in again.context["form"].non_field_errors())
    assert plain(form, theirs) == other
    assert plain(form, mine) != wanted

    saved = client.post(form.address, sent(again.context["form"]))
    assert saved.status_code == 302, saved.context["form"].errors
    assert plain(form, theirs) == other
    assert plain(form, mine) == wanted


@pytest.mark.parametrize("what", WHAT)
def test_a_field_that_both_changed_shows_both_and_is_saved_only_once_that_was_seen(
    client: Client, alice: User, charlie: User, what: str
) -> None:
    form = form_of(what, alice, charlie)
    name, theirs, said = form.second
    mine, shown = (
        (8, "8") if name == "order" else (f"{theirs}1", "1") if isinstance(theirs, str) else (TODAY, str(TODAY))
    )
    client.force_login(alice)
    page = client.get(form.address)
    form.change(**{name: theirs})
    again = client.post(form.address, sent(page.context["form"], **{name: mine}))
    errors = again.context["form"].non_field_errors()
    assert any(f"“{said}” now" in error and f"{shown}” in your form" in error for error in errors), errors
    assert plain(form, name) == theirs
    assert client.post(form.address, sent(again.context["form"])).status_code == 302
    assert plain(form, name) == mine


@pytest.mark.parametrize("what", WHAT)
def test_who_wrote_what_is_there_already_is_not_refused(client: Client, alice: User, charlie: User, what: str) -> None:
    form = form_of(what, alice, charlie)
    (theirs, other, _said), (mine, wanted, _mine) = form.first, form.second
    client.force_login(alice)
    page = client.get(form.address)
    form.change(**{theirs: other})
    saved = client.post(form.address, sent(page.context["form"], **{theirs: other, mine: wanted}))
    assert saved.status_code == 302, saved.context["form"].errors
    assert (plain(form, theirs), plain(form, mine)) == (other, wanted)


NONE_OF_OURS = [None, "", "x", "[]", "3", "{}", '{"nonsense": 3}', "{" * 5000, "[" * 99_999]


@pytest.mark.parametrize("what", WHAT)
def test_a_form_that_does_not_say_what_it_showed_saves_nothing_and_shows_what_differs(
    client: Client, alice: User, charlie: User, what: str
) -> None:
    form = form_of(what, alice, charlie)
    (theirs, other, said), (mine, wanted, _mine) = form.first, form.second
    client.force_login(alice)
    page = client.get(form.address)
    form.change(**{theirs: other})
    old = sent(page.context["form"], **{mine: wanted})
    del old["opened"]
    again = client.post(form.address, old)
    label = again.context["form"].fields[theirs].label
    assert "This form does not say what it showed when it was opened" in again.content.decode()
    assert any(error.startswith(f"{label}: “{said}” now, “") for error in again.context["form"].non_field_errors())
    assert plain(form, theirs) == other
    assert plain(form, mine) != wanted
    assert client.post(form.address, sent(again.context["form"])).status_code == 302  # since both values were shown
    assert plain(form, mine) == wanted


@pytest.mark.parametrize("opened", NONE_OF_OURS)
def test_a_hidden_field_that_is_none_of_ours_is_as_none(
    client: Client, alice: User, charlie: User, opened: str | None
) -> None:
    form = form_of("person", alice, charlie)
    client.force_login(alice)
    asked = sent(client.get(form.address).context["form"], name="Chuck", opened=opened)
    assert "so nothing was saved" in client.post(form.address, asked).content.decode()
    assert plain(form, "name") == "Charlie"


def test_a_form_that_says_of_one_field_only_what_it_showed_overwrites_no_other(
    client: Client, alice: User, charlie: User
) -> None:
    form = form_of("person", alice, charlie)
    client.force_login(alice)
    asked = sent(client.get(form.address).context["form"], name="Chuck")
    asked["opened"] = json.dumps({"login": json.loads(asked["opened"])["login"]})
    assert "Name: “Charlie” now, “Chuck” in your form." in client.post(form.address, asked).content.decode()
    assert plain(form, "name") == "Charlie"


@pytest.mark.parametrize("what", ["users", "departments", "services", "sources", "contracts", "reviews"])
def test_forms_that_add_have_nothing_to_compare(client: Client, alice: User, what: str) -> None:
    Service.objects.add(code="wiki", name="Wiki", by=alice)
    client.force_login(alice)
    place = {"contracts": "services/wiki/", "sources": "", "reviews": ""}.get(what, "directory/")
    new = "new/" if what == "reviews" else "add/"
    page = client.get(f"/administration/{place}{what}/{new}")
    assert "opened" not in page.context["form"].fields


@pytest.mark.parametrize("rules", [suspension_rules, exemption_rules])
def test_an_older_form_does_not_bring_back_the_day_until_which_somebody_was_away(
    client: Client, alice: User, charlie: User, rules: Any
) -> None:
    january, june, july = (datetime.date(2027, month, 1) for month in (1, 6, 7))
    found: Suspension | Exemption
    if rules is suspension_rules:
        found = suspension_rules.suspend(charlie, None, begins=None, until=january, by=alice, reason="away", on=TODAY,
                                         keeps_seat=False)  # fmt: skip
        address, label = f"/administration/licenses/suspensions/{found.pk}/", "Returns on"
    else:
        found = exemption_rules.exempt(user=charlie, service=None, until=january, by=alice, reason="away", on=TODAY)
        address, label = f"/administration/licenses/exemptions/{found.pk}/", "Until"
    client.force_login(alice)
    page = client.get(address)
    rules.change_day(found, june, by=alice, reason="", on=TODAY)
    again = client.post(address, sent(page.context["form"], reason="as they said"))
    assert f"{label}: “2027-06-01” now, “2027-01-01” in your form." in again.content.decode()
    found.refresh_from_db()
    assert found.until == june
    assert client.post(address, sent(again.context["form"], until=str(july))).status_code == 302
    found.refresh_from_db()
    assert found.until == july


@pytest.mark.parametrize("tried", ["idle_days=90", "idle_days=30"])
def test_an_older_address_with_a_rule_does_not_bring_that_back(client: Client, alice: User, tried: str) -> None:
    wiki = Service.objects.add(code="wiki", name="Wiki", by=alice)
    review = draft(wiki, alice, Rule(idle_days=90))
    address, query = f"/administration/reviews/{review.pk}/rule/", f"service=wiki&{tried}"
    client.force_login(alice)
    page = client.get(f"{address}?{query}")
    opening.change(review, by=alice, on=TODAY, rule=Rule(idle_days=180))
    again = client.post(f"{address}?{query}", sent(page.context["form"]))
    days = tried.rpartition("=")[2]
    assert f"now, “Wiki, no access for at least {days} days" in again.content.decode()
    review.refresh_from_db()
    assert review.judges_by.idle_days == 180
    saved = client.post(f"{address}?{again.context['rule']}", sent(again.context["form"]))
    assert saved.status_code == 302
    review.refresh_from_db()
    assert review.judges_by.idle_days == (180 if days == "90" else 30)  # what Bob had not changed is not his


OVERTAKEN = "Someone else changed this draft’s rule after you opened it."


@pytest.mark.parametrize(("tried", "shown"), [("idle_days=90", 180), ("idle_days=30", 30)])
def test_trying_a_rule_in_an_older_tab_says_which_rule_the_draft_has_now(
    client: Client, alice: User, tried: str, shown: int
) -> None:
    wiki = Service.objects.add(code="wiki", name="Wiki", by=alice)
    review = draft(wiki, alice, Rule(idle_days=90))
    address = f"/administration/reviews/{review.pk}/rule/"
    client.force_login(alice)
    opened = client.get(address).context["opened"]
    same = client.get(f"{address}?service=wiki&{tried}&opened={opened}")
    assert (same.context["older"], same.context["rule_form"].rule().idle_days) == ([], int(tried.split("=")[1]))
    opening.change(review, by=alice, on=TODAY, rule=Rule(idle_days=180))
    older = client.get(f"{address}?service=wiki&{tried}&opened={opened}")
    text = older.content.decode()
    assert OVERTAKEN in text
    both = f"now, “Wiki, no access for at least {tried.split('=')[1]} days” in your form."
    assert f"The rule: “Wiki, no access for at least 180 days” {both}" in text
    assert older.context["rule_form"].rule().idle_days == shown  # what had not been changed is not tried again
    again = client.get(f"{address}?{older.context['rule']}&opened={older.context['opened']}")
    assert OVERTAKEN not in again.content.decode()
    assert again.context["rule_form"].rule().idle_days == shown


def test_an_address_with_another_rule_than_the_drafts_says_so(client: Client, alice: User) -> None:
    wiki = Service.objects.add(code="wiki", name="Wiki", by=alice)
    review = draft(wiki, alice, Rule(idle_days=90))
    address = f"/administration/reviews/{review.pk}/rule/"
    client.force_login(alice)
    text = client.get(f"{address}?service=wiki&idle_days=30").content.decode()
    assert "The rule in this address is not the draft’s rule." in text
    assert "“Wiki, no access for at least 90 days” now" in text
    same = client.get(f"{address}?service=wiki&idle_days=90")
    assert same.context["older"] == []
