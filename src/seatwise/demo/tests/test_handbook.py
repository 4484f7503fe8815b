"""The demo's small site: what is clicked there arrives at Seatwise and counts as its pages say."""

import re
import shutil
from collections.abc import Sequence
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client

from seatwise.configuration import DATA_DIR, today
from seatwise.demo import handbook, recorded_services
from seatwise.directory.models import Service, User
from seatwise.ingest import spool
from seatwise.ledger.models import ServiceAccount, Usage
from seatwise.lib import days
from seatwise.licenses.models import Effect
from seatwise.recorder import Recorder, WsgiMiddleware

NOON = 1_795_489_200.0  # of 2026-11-24, in Tokyo


class Browser:
    """Keeps the cookie, and does not follow redirects."""

    def __init__(self, site: Any, language: str = "en") -> None:
        self.site, self.language, self.cookie = site, language, ""

    def ask(self, path: str, **form: str) -> tuple[str, str]:
        body = urlencode(form).encode()
        environ: dict[str, Any] = {
            "PATH_INFO": path,
            "REQUEST_METHOD": "POST" if form else "GET",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            "HTTP_COOKIE": self.cookie,
            "HTTP_ACCEPT_LANGUAGE": self.language,
        }
        setup_testing_defaults(environ)
        said: list[Any] = []
        page = b"".join(self.site(environ, lambda status, headers: said.extend([status, dict(headers)])))
        if "Set-Cookie" in said[1]:
            [(name, morsel)] = SimpleCookie(said[1]["Set-Cookie"]).items()
            self.cookie = f"{name}={morsel.value}"
        return said[0], page.decode()


def test_every_page_in_both_languages_leads_only_to_what_it_says() -> None:
    site = handbook.Handbook("http://127.0.0.1:8000", ["alice", "charlie"])
    for language in ("en", "ja"):
        browser = Browser(site, language)
        assert "charlie" in browser.ask("/")[1]
        assert browser.ask("/sign-in", login="mallory") == ("303 See Other", "")
        assert "<b>" not in browser.ask("/")[1]
        browser.ask("/sign-in", login="charlie")
        _status, page = browser.ask("/")
        assert "<b>charlie</b>" in page
        statuses = {path: browser.ask(path)[0][:3] for path in re.findall(r'<td><a href="([^"]+)"', page)}
        assert statuses == dict.fromkeys(handbook.LINKS, "200") | {"/pages/missing": "404", "/old": "302"}
        browser.ask("/sign-out", x="1")
        assert "<b>" not in browser.ask("/")[1]
    browser.cookie = f"{handbook.COOKIE}=mallory"
    assert "mallory" not in browser.ask("/")[1]


@pytest.mark.django_db
def test_what_is_clicked_is_seen_in_seatwise(
    client: Client, alice: User, charlie: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(spool, "day_of_arrival", lambda: "2026-11-24")
    spool.followers.clear()
    spool.looked_at.clear()
    shutil.rmtree(DATA_DIR.value() / spool.FOLDER, ignore_errors=True)
    for _again in range(2):
        recorded_services.add_handbook(
            handbook.CODE, "http://handbook.localhost:8001/", ["alice", "charlie"], tmp_path / "token"
        )
    assert Service.objects.get().address == "http://handbook.localhost:8001/"
    assert not Effect.objects.pending().exists()
    token = (tmp_path / "token").read_text()
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600

    def deliver(lines: Sequence[bytes]) -> None:
        body: Any = b"\n".join(lines)
        address = f"/ingest/{handbook.CODE}/" + ("" if lines else "heartbeat")
        headers = {"authorization": f"Bearer {token}"}
        assert client.post(address, body, content_type="text/plain", headers=headers).status_code == 204

    recorder = Recorder(deliver=deliver, clock=lambda: NOON)
    recorder.sender.start = lambda: None  # type: ignore[method-assign]
    browser = Browser(WsgiMiddleware(handbook.Handbook("", ["alice", "charlie"]), recorder))
    for path in handbook.LINKS:
        browser.ask(path)
    browser.ask("/sign-in", login="charlie")
    for path in handbook.LINKS:
        browser.ask(path)
    recorder.sender.turn()
    spool.read_soon()
    account = ServiceAccount.objects.get()
    assert (account.lines, account.accesses, account.reasons["api"]) == (4, 3, 1)
    used = Usage.objects.filter(days_30=1).values_list("user__login", "last_day")
    assert list(used) == [("charlie", days.day_of(today()))]
