"""The gate's settings: who sees and changes them, the allow-list, and the configuration that is shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from seatwise.audit.models import Entry
from seatwise.cast import post_changed
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service
from seatwise.gate.daily import name_addresses_at_our_hosts
from seatwise.gate.models import GateAddress, GateSession
from seatwise.gate.models.addresses import origins_of
from seatwise.gate.setting_up import EXAMPLE, PROXIES, Setup
from seatwise.gate.tests.conftest import DAY, Browser

DOCS = Path(__file__).parents[4] / "docs" / "gate"
PAGE = "/administration/gate/wiki/"


@pytest.fixture
def admin(client: Any, alice: Any, settings: Any) -> Any:
    """Alice's browser."""
    client.force_login(alice)
    return client


@pytest.mark.parametrize("proxy", PROXIES)
def test_the_files_of_the_documentation_are_what_is_shown(proxy: str) -> None:
    assert (DOCS / PROXIES[proxy]).read_text(encoding="utf-8") == EXAMPLE.render(proxy)
    assert EXAMPLE.commands(proxy).splitlines()[0] in (DOCS.parent / "gate.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("proxy", PROXIES)
def test_the_page_shows_the_configuration_filled_in(admin: Any, wiki: Service, proxy: str) -> None:
    page = admin.get(PAGE, {"proxy": proxy})
    text = page.content.decode()
    assert page.context["snippet"] == Setup("wiki", ("https://wiki.example.com",), "127.0.0.1:8000").render(proxy)
    assert "wiki.example.com" in text
    assert "/gate/wiki/" in text


def test_a_service_without_an_address_is_asked_for_one_first(admin: Any) -> None:
    Service.objects.add(code="new", name="New", by=None)
    text = admin.get("/administration/gate/new/").content.decode()
    assert "No address yet" in text
    assert "auth_request" not in text
    assert "take effect in another way" in text


def test_an_address_is_added_and_taken_off_with_entries_in_the_audit_log(admin: Any, wiki: Service, alice: Any) -> None:
    assert admin.post(f"{PAGE}addresses/", {"address": "https://Wiki2.example.com/x"}).url == PAGE
    address = GateAddress.objects.get()
    assert origins_of(wiki) == ["https://wiki.example.com", "https://wiki2.example.com"]
    assert "https://wiki2.example.com" in admin.get(PAGE).content.decode()
    assert admin.post(f"{PAGE}addresses/{address.pk}/removal/").url == PAGE
    assert origins_of(wiki) == ["https://wiki.example.com"]
    added, removed = Entry.objects.filter(verb__startswith="gate.").order_by("number")
    assert (added.verb, added.by_login, added.after) == (
        "gate.address_add",
        "alice",
        {"address": "https://wiki2.example.com"},
    )
    assert (removed.verb, removed.before) == ("gate.address_remove", {"address": "https://wiki2.example.com"})


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("wiki", "is not a web address"),
        ("https://wíki.example.com", "is not a web address"),
        ("http://wiki2.example.com", "plain http"),
        ("https://wiki.example.com/", "is already an address of Wiki"),
        ("https://other.example.com", "is already an address of Other"),
        ("https://seatwise.example.com", "Seatwise’s own hosts"),
        ("https://seatwise.example.com:8443", "Seatwise’s own hosts"),
        ("https://SEATWISE.example.com./wiki", "Seatwise’s own hosts"),
        ("https://wiki.inside.example.com", "Seatwise’s own hosts"),
        ("https://inside.example.com", "Seatwise’s own hosts"),
        ("http://127.0.0.1:8080", "Seatwise’s own hosts"),
        ("http://localhost:8080", "Seatwise’s own hosts"),
        ("http://[::1]:8080", "Seatwise’s own hosts"),
    ],
)
def test_what_is_no_address_of_this_service_is_refused(admin: Any, wiki: Service, address: str, why: str) -> None:
    Service.objects.add(code="other", name="Other", by=None, address="https://other.example.com/x")
    page = admin.post(f"{PAGE}addresses/", {"address": address})
    assert (page.status_code, why in page.content.decode()) == (200, True)
    assert not GateAddress.objects.exists()


def test_an_address_on_this_machine_may_be_plain(wiki: Service) -> None:
    for address in ("http://w.localhost", "http://wiki.localhost:81"):
        GateAddress.objects.add(service=wiki, address=address, by=None)
    assert len(origins_of(wiki)) == 3


def test_a_service_at_a_host_of_seatwises_own_is_refused_with_the_way_out(admin: Any, wiki: Service) -> None:
    for address in ("https://seatwise.example.com/wiki", "https://a.inside.example.com", "http://localhost:8080"):
        with pytest.raises(Refused, match=r"on one of Seatwise’s own hosts"):
            Service.objects.add(code="other", name="Other", by=None, address=address)
        with pytest.raises(Refused, match=r"on one of Seatwise’s own hosts"):
            Service.objects.get().change(by=None, address=address)
        form = {"name": "Wiki", "address": address, "how_removal_takes_effect": "gate"}
        page = post_changed(admin, reverse("directory:service", args=["wiki"]), form)
        assert "such as https://wiki.example.com" in page.content.decode()
    assert Service.objects.get().address == "https://wiki.example.com/"
    assert not Entry.objects.filter(verb="service.change").exists()


def test_where_a_host_became_seatwises_own_the_gate_vouches_for_nobody_and_says_so(
    admin: Any, wiki: Service, license_of_charlie: Any, charlie: Any, settings: Any
) -> None:
    further = GateAddress.objects.add(service=wiki, address="https://wiki.example.org", by=None)
    here, there = Browser(charlie), Browser(charlie, "https://wiki.example.org")
    here.sign_in()
    there.sign_in()
    way = here.way_in()
    assert name_addresses_at_our_hosts(DAY) is None
    settings.ALLOWED_HOSTS = ["seatwise.example.com", "testserver", ".example.org"]
    assert (here.ask().status_code, there.ask().status_code) == (204, 401)
    settings.ALLOWED_HOSTS = ["seatwise.example.com", "testserver", ".example.com"]
    assert (here.ask().status_code, there.ask().status_code) == (401, 204)
    refused = here.ask("begin/")
    assert (refused.status_code, "on one of Seatwise’s own hosts" in refused.content.decode()) == (403, True)
    here.redeem(way)
    assert here.ask().status_code == 401
    assert "https://wiki.example.com is on one of Seatwise’s own hosts" in admin.get(PAGE).content.decode()
    said = name_addresses_at_our_hosts(DAY) or ""
    assert ("https://wiki.example.com" in said, str(further) in said) == (True, False)
    assert wiki.change(by=None, name="Other name")  # what is not about the address can still be changed
    assert wiki.change(by=None, how_removal_takes_effect="by_hand")
    with pytest.raises(Refused):
        wiki.change(by=None, how_removal_takes_effect="gate")


def test_taking_an_address_off_signs_out_who_came_by_it(wiki: Service, license_of_charlie: Any, charlie: Any) -> None:
    other = GateAddress.objects.add(service=wiki, address="https://other.example.com", by=None)
    here, there = Browser(charlie), Browser(charlie, "https://other.example.com")
    here.sign_in()
    there.sign_in()
    assert (here.ask().status_code, there.ask().status_code) == (204, 204)
    other.remove(by=None)
    assert (here.ask().status_code, there.ask().status_code) == (204, 401)
    assert GateSession.objects.count() == 1
    with pytest.raises(Refused):
        other.remove(by=None)


def test_an_auditor_looks_and_changes_nothing(client: Any, audrey: Any, wiki: Service) -> None:
    client.force_login(audrey)
    text = client.get(PAGE).content.decode()
    assert "auth_request" in text
    assert "Add an address" not in text
    assert client.post(f"{PAGE}addresses/", {"address": "https://x.example.com"}).status_code == 403


def test_the_list_leads_to_each_service(admin: Any, wiki: Service, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        Service.objects.add(code=f"s{number}", name=f"S{number}", by=None)
    with django_assert_max_num_queries(12):
        text = admin.get("/administration/gate/").content.decode()
    assert f'href="{PAGE}"' in text


def test_sessions_are_not_in_a_backup() -> None:
    from seatwise.commands.tables_to_keep import emptied_models, kept_models

    assert GateSession not in kept_models()
    assert GateAddress in kept_models()
    assert GateSession in emptied_models()
    assert json.dumps([each._meta.label for each in emptied_models()])
