"""The examples of recorded applications run as they stand, and what they send is what was asked for."""

import asyncio
import base64
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatwise.recorder.tests.servers import Kept, keeping

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def seatwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Kept]:
    with keeping() as server:
        monkeypatch.setenv("RECORDER_URL", server.url)
        monkeypatch.setenv("RECORDER_TOKEN", "secret")
        monkeypatch.setenv("RECORDER_SPOOL", str(tmp_path / "spool"))
        yield server


def example(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def told(server: Kept) -> list[tuple[str, str, str, int]]:
    found = [json.loads(line) for line in server.lines]
    return [(each["login"], each["method"], each["path"], each["status"]) for each in found]


def test_flask(seatwise: Kept) -> None:
    site = example("flask_site")
    client = site.app.test_client()
    assert b"Please sign in" in client.get("/").data
    assert client.post("/sign-in", data={"login": "ann", "password": "wrong"}).status_code == 401
    assert client.post("/sign-in", data={"login": "ann", "password": "otter"}).status_code == 302
    assert b"Good morning, ann" in client.get("/").data
    assert client.get("/missing").status_code == 404
    site.recorder.close(60)
    assert told(seatwise) == [("ann", "GET", "/", 200)]


async def answered(app: Any, path: str, login: str = "", password: str = "") -> tuple[int, bytes]:
    """What an ASGI application answers, without the client of Starlette, which needs a package of its own."""
    given = base64.b64encode(f"{login}:{password}".encode())
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"wiki"), (b"authorization", b"Basic " + given)] if login else []
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def test_fastapi(seatwise: Kept) -> None:
    site = example("fastapi_site")

    async def use() -> None:
        assert (await answered(site.app, "/public"))[0] == 200
        assert (await answered(site.app, "/", "ann", "wrong"))[0] == 401
        assert b"Good morning, ann" in (await answered(site.app, "/", "ann", "otter"))[1]
        assert (await answered(site.app, "/missing", "ann", "otter"))[0] == 404

    asyncio.run(use())
    site.recorder.close(60)
    assert told(seatwise) == [("ann", "GET", "/", 200)]


DJANGO = """
import django_site
from django.core.management import call_command
from django.test import Client

call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
User.objects.create_superuser("ann", password="otter")
client = Client()
statuses = [client.get("/admin/").status_code]
client.login(username="ann", password="otter")
statuses += [client.get(path).status_code for path in ("/admin/", "/admin/auth/user/", "/admin/auth/missing/")]
print(*statuses)
"""


def test_django(seatwise: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE", str(tmp_path / "db.sqlite3"))
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    command = [sys.executable, "-W", "ignore", "-c", DJANGO]
    done = subprocess.run(command, cwd=EXAMPLES, capture_output=True, text=True, check=False, timeout=120)
    assert done.stderr == "Not Found: /admin/auth/missing/\n"
    assert done.stdout.split() == ["302", "200", "200", "404"]
    assert told(seatwise) == [("ann", "GET", "/admin/", 200), ("ann", "GET", "/admin/auth/user/", 200)]
