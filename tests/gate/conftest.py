"""A real site with two processes, real web servers before a small service, and a browser that keeps cookies by host."""

import html
import http.client
import itertools
import json
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from tests.gate.proxies import listens, running
from tests.gate.wire import Arrived, Gate, Service, answer_of, ends, send
from tools.attack.forked import Forked

from seatwise.commands.tests.processes.sites import PASSWORD, Made, environment_for, free_port, wait_for
from seatwise.gate import answers
from seatwise.gate.setting_up import Setup
from seatwise.gate.verdicts import NOBODY, Verdict

ROOT = Path(__file__).parent.parent.parent
STRANGE = "jürgen 佐藤 {http.request.host}"  # a login name with what headers, logs and Caddy have trouble with
PEOPLE = ("charlie", "dora", STRANGE)
SERVICES = {"nginx-tls": "https", "nginx": "http", "caddy": "https", "traefik": "http"}


@dataclass
class Answer:
    """What a server answered."""

    status: int
    headers: http.client.HTTPMessage
    body: str
    address: str

    @property
    def echoed(self) -> dict[str, Any]:
        """What the service says that it was sent."""
        return dict(json.loads(self.body))


MACHINES = itertools.count()  # each browser is on its own, since attempts to sign in are counted by machine


@dataclass
class Browser:
    """Keeps cookies by host, as browsers do: the port makes no difference, another name does."""

    jars: dict[str, dict[str, str]] = field(default_factory=dict)
    machine: str = field(default_factory=lambda: f"192.0.2.{next(MACHINES) % 250}")

    def get(self, address: str, method: str = "GET", **headers: str) -> Answer:
        """One request, no redirects."""
        return self.send(method, address, None, headers)

    def open(self, address: str, **headers: str) -> Answer:
        """What a page is in the end."""
        for _ in range(10):
            answer = self.get(address, **headers)
            if answer.status not in (301, 302, 303):
                return answer
            address = urljoin(address, answer.headers["Location"])
        raise AssertionError(f"{address} is redirected for ever")

    def sign_in(self, page: Answer, login: str) -> Answer:
        """Fill in the form of Seatwise, and go where its answer leads."""
        action = urljoin(page.address, "/account/login/")
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.body)
        fields = {name: html.unescape(value) for name, value in hidden}
        sent = urlencode(fields | {"login": login, "password": PASSWORD})
        form = {"Content-Type": "application/x-www-form-urlencoded", "Referer": page.address}
        done = self.send("POST", action, sent.encode(), form)
        assert done.status == 302, done.body
        onwards = self.open(urljoin(action, done.headers["Location"]))
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', onwards.body)
        return self.open(html.unescape(found[1])) if found else onwards

    def send(self, method: str, address: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        parts = urlsplit(address)
        jar = self.jars.setdefault(str(parts.hostname), {})
        kept = "; ".join(f"{name}={value}" for name, value in jar.items())
        sent = {"Host": parts.netloc, "X-Forwarded-For": self.machine, **({"Cookie": kept} if kept else {}), **headers}
        connection = _connection(parts.scheme, str(parts.hostname), parts.port or 80)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                assert not name.startswith("__Host-") or (morsel["secure"] and not morsel["domain"]), line
                jar[name] = morsel.value
                if not morsel.value:
                    del jar[name]
        return Answer(response.status, response.headers, text, address)


def _connection(scheme: str, host: str, port: int) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.connect()
    if scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection.sock = context.wrap_socket(connection.sock, server_hostname=host)
    return connection


class Echo(BaseHTTPRequestHandler):
    """The service: says what it was sent."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        if length := int(self.headers.get("Content-Length") or 0):
            self.rfile.read(length)
        body = json.dumps({"path": self.path, "method": self.command, "headers": dict(self.headers.items())}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    do_GET = do_POST = do_HEAD = answer

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="session")
def service_port() -> Iterator[int]:
    """The service itself, which nobody should reach but by the proxy."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@dataclass
class Site:
    """Seatwise itself: its address, and a way to do things in it."""

    port: int
    environment: dict[str, str]
    addresses: dict[str, str]
    process: Any = None

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @cached_property
    def forked(self) -> Forked:
        """Runs what is done in it, without Django being started each time."""
        return Forked(self.environment, ROOT)

    def do(self, *lines: str) -> str:
        """Run lines of Python in it; what they print."""
        return self.seatwise("-c", "\n".join([*IMPORTS, *lines]))

    def seatwise(self, *command: str) -> str:
        """Run a command of Seatwise; what it prints."""
        done = self.forked.run(*command)
        assert done.code == 0, done.output
        return done.output

    def start(self) -> None:
        command = [sys.executable, "-m", "seatwise.server", f"127.0.0.1:{self.port}", "2"]
        self.process = subprocess.Popen(command, env=self.environment, start_new_session=True)
        assert wait_for(lambda: listens(self.port))
        assert wait_for(self.is_up, 120)  # a busy machine takes its time

    def is_up(self) -> bool:
        try:
            return Browser().get(f"{self.address}/health/").status == 200
        except OSError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.forked.end()


IMPORTS = (
    "from seatwise.configuration import today",
    "from seatwise.directory import people",
    "from seatwise.directory.models import Service, User",
    "from seatwise.licenses import grants",
    "from seatwise.licenses.models import License",
)


@pytest.fixture(scope="session")
def site(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with services and people who hold licenses of all of them, but dora, who holds none."""
    port = free_port()
    environment = environment_for(
        made.copy_to(tmp_path_factory.mktemp("gate") / "data"),
        SEATWISE_ORIGIN=f"http://localhost:{port}",
        SEATWISE_TIME_ZONE="UTC",
        SEATWISE_PROXIES="1",
        DJANGO_SETTINGS_MODULE="seatwise.settings",
    )
    addresses = {code: f"{scheme}://{code}.localhost:{free_port()}" for code, scheme in SERVICES.items()}
    found = Site(port, environment, addresses)
    found.do(
        f"for login in {PEOPLE!r}:",
        f"    people.add({{'login': login}}, by=None, on=today()).give_password({PASSWORD!r}, by=None)",
        f"for code, address in {addresses!r}.items():",
        "    Service.objects.add(code=code, name=code, address=address, by=None, how_removal_takes_effect='gate')",
        f"    for login in {PEOPLE!r}:",
        "        if login != 'dora':",
        "            grants.grant_one(service=Service.objects.get(code=code), by=None, reason='', on=today(),",
        "                user=User.objects.get(login=login))",
    )
    found.start()
    yield found
    found.stop()


@dataclass
class Door:
    """A service behind a real web server."""

    code: str
    address: str
    setup: Setup
    proxy: str

    @property
    def log(self) -> Path:
        return Path(self.setup.logs) / self.proxy / f"{self.code}.log"


def set_up(code: str, site: Site, upstream: int, directory: Path) -> Setup:
    """The configuration as Seatwise shows it, but for where things are on this machine."""
    certificate = directory / "service.pem"
    if code == "nginx-tls":
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=wiki"]
        subprocess.run(
            [*command, "-keyout", certificate, "-out", f"{certificate}.crt"], check=True, capture_output=True
        )
    return Setup(
        code,
        (site.addresses[code],),
        f"127.0.0.1:{site.port}",
        f"127.0.0.1:{upstream}",
        str(directory),
        f"{certificate}.crt",
        str(certificate),
        f"127.0.0.1:{free_port()}",
    )


@pytest.fixture(scope="session", params=list(SERVICES))
def door(request: Any, site: Site, service_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """The service behind nginx with https, nginx, Caddy and Traefik."""
    code = request.param
    proxy = code.partition("-")[0]
    directory = tmp_path_factory.mktemp(code)
    setup = set_up(code, site, service_port, directory)
    with running(proxy, setup, directory):
        yield Door(code, site.addresses[code], setup, proxy)


@pytest.fixture
def inside(door: Door, site: Site) -> Browser:
    """Charlie's browser, signed in at the service."""
    browser = Browser()
    assert browser.sign_in(browser.open(f"{door.address}/"), "charlie").status == 200
    return browser


KEY = "k" * 43  # of charlie, who is let in
# Another site's server at the same port, and the default there.
UNDERSCORES = """server {{
    listen {port} default_server;
    underscores_in_headers on;
    client_header_timeout 10s;
    return 444;
}}"""


@dataclass
class Front:
    """A web server between a client that sends anything and a service that sees all, with a gate of the test's."""

    setup: Setup
    service: Service
    gate: Gate
    proxy: str = ""
    stalled: socket.socket | None = None  # a client that sent half a header at the beginning

    def forget(self) -> None:
        """What came until now."""
        self.service.arrived.clear()
        self.gate.asked.clear()

    def bytes_of(self, lines: list[str], raw: bytes = b"", key: bool = True, **more: Any) -> bytes:
        """A request: what the client may choose comes before the header Host. `raw` with its end, if `whole`."""
        host = more.get("host", f"wiki.localhost:{self.setup.port}")
        head = [f"{more.get('method', 'GET')} {more.get('target', '/page')} HTTP/1.1", *lines]
        rest = [f"Host: {host}", *([f"Cookie: {self.setup.cookie}={KEY}"] if key else [])]
        if not any(line.startswith("Connection") for line in lines) and b"Connection" not in raw:
            rest.append("Connection: close")
        text = "".join(f"{line}\r\n" for line in (head if not raw else [head[0], *rest]))
        after = "" if raw else "".join(f"{line}\r\n" for line in rest)
        return (text + after).encode("latin-1") + raw + (b"" if more.get("whole") else b"\r\n")

    def request(self, lines: list[str], **more: Any) -> int:
        """The status that such a request gets; what came before is forgotten."""
        self.forget()
        return send(self.setup.port, self.bytes_of(lines, **more))[0]


def genuine(code: str) -> Any:
    """Answers as Seatwise does: charlie is let in, nobody else is known."""

    def answer(asked: Arrived) -> bytes:
        cookie = "; ".join(asked.named("Cookie"))
        environ = {"HTTP_COOKIE": cookie}
        known = Verdict("allowed", code, False, "charlie", "charlie")
        verdict = answers.verdict_for(environ, code, lambda kept: known if KEY in cookie else NOBODY)
        said = answers.answer(verdict, environ, with_cookies="/traefik/" in asked.line)
        return answer_of(said.status, said.headers, said.body)

    return answer


@pytest.fixture(scope="session", params=["nginx", "nginx-loose", "caddy", "traefik"])
def front_of_all(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """One for all tests. `loose`: with another server at the same port, which lets names with underscores pass."""
    directory, proxy = tmp_path_factory.mktemp(request.param), request.param.partition("-")[0]
    port, inside = free_port(), f"127.0.0.1:{free_port()}"
    loose = UNDERSCORES.format(port=port) if "loose" in request.param else ""
    with ends() as (service, gate):
        origin = (f"http://wiki.localhost:{port}",)
        setup = Setup("wiki", origin, f"127.0.0.1:{gate.port}", f"127.0.0.1:{service.port}", str(directory))
        setup = replace(setup, inside=inside)
        gate.answer = genuine("wiki")
        with running(proxy, setup, directory, more=loose), socket.create_connection(("127.0.0.1", port)) as stalled:
            stalled.sendall(b"GET / HTTP/1.1\r\nHost: wiki.localhost\r\nX-Slow: ")
            yield Front(setup, service, gate, proxy, stalled)


@pytest.fixture
def front(front_of_all: Front) -> Front:
    """The same, as at the beginning."""
    front_of_all.forget()
    front_of_all.gate.answer, front_of_all.gate.hangs_up = genuine("wiki"), False
    return front_of_all
