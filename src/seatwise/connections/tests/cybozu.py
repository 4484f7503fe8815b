"""A stand-in for cybozu.com's User API: real HTTP on this machine, for tests alone.

It keeps to what the documentation says: pages, scopes of tokens, services that replace all of a user's, errors as JSON,
the user Administrator whose services are not listed, and no two changes at a time. `trouble` is asked before each
request, and may answer in its place, wait, or cut the connection.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

READ, WRITE = "read-token-aaaa", "write-token-bbbb"
CODES = {"kintone", "garoon", "office", "mailwise", "secure_access"}
Answer = tuple[int, Any]


class CutConnection(Exception):
    """The connection ends without an answer."""


@dataclass
class Cybozu:
    """The domain: its users, departments, services, and what was asked of it."""

    users: list[dict[str, Any]] = field(default_factory=list)
    organizations: list[dict[str, Any]] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)
    services: dict[str, list[str]] = field(default_factory=dict)
    administrators: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)  # method, path with its query
    changes: list[dict[str, list[str]]] = field(default_factory=list)  # what was sent to be changed
    at_once_allowed: int = 1
    at_once: int = 0
    most_at_once: int = 0
    trouble: Callable[["Cybozu", str, str], Answer | None] = lambda _self, _method, _path: None
    after: Callable[["Cybozu", str, str], None] = lambda _self, _method, _path: None  # done, and not yet answered
    lock: Any = field(default_factory=threading.Lock)
    address: str = ""

    def add(self, code: str, *services: str, org: str = "", **fields: Any) -> None:
        number = max((int(each["id"]) for each in self.users), default=0) + 1
        primary = next((each["id"] for each in self.organizations if each["code"] == org), None)
        self.users.append(
            {
                "id": str(number), "code": code, "valid": True, "name": code.capitalize(), "locale": "ja",
                "email": f"{code}@example.com", "employeeNumber": f"E{number}", "primaryOrganization": primary,
                **fields,
            }
        )  # fmt: skip
        if code != "Administrator":
            self.services[code] = list(services)
        if org:
            self.members.setdefault(org, []).append(code)

    def add_organization(self, code: str, name: str, parent: str | None = None) -> None:
        number = str(len(self.organizations) + 1)
        self.organizations.append({"id": number, "code": code, "name": name, "parentCode": parent})

    def remove(self, code: str) -> None:
        self.users = [each for each in self.users if each["code"] != code]
        self.services.pop(code, None)
        for codes in self.members.values():
            codes[:] = [each for each in codes if each != code]

    def answer(self, method: str, target: str, token: str, body: bytes) -> Answer:
        parts = urlsplit(target)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if token not in (READ, WRITE):
            return 401, {"code": "CB_AU01", "id": "x1", "message": "Please login."}
        if method == "PUT" and parts.path == "/v1/users/services.json":
            return self.replace(token, body)
        if method != "GET":
            return 405, {"code": "CB_NM01", "id": "x2", "message": "Method not allowed."}
        every = {
            "/v1/users.json": ("users", self.users),
            "/v1/organizations.json": ("organizations", self.organizations),
            "/v1/users/services.json": ("users", [{"code": c, "services": s} for c, s in self.services.items()]),
        }
        if parts.path == "/v1/organization/users.json":
            if asked.get("code") not in {each["code"] for each in self.organizations}:
                return 400, {"code": "CB_VA01", "id": "x3", "message": "No such department."}
            people = {each["code"]: each for each in self.users}
            members = self.members.get(asked["code"], [])
            every[parts.path] = ("userTitles", [{"user": people[c], "title": None} for c in members])
        if parts.path not in every:
            return 404, {"code": "CB_NF01", "id": "x4", "message": "Not found."}
        key, rows = every[parts.path]
        codes = [value for name, value in asked.items() if re.fullmatch(r"codes\[\d+\]", name)]
        size, offset = int(asked.get("size", 100)), int(asked.get("offset", 0))
        if not 1 <= size <= 100 or offset < 0 or len(codes) > 100:
            return 400, {"code": "CB_VA01", "id": "x5", "message": "Missing or invalid input."}
        if codes:
            return 200, {key: [row for row in rows if row["code"] in codes]}
        return 200, {key: rows[offset : offset + size]}

    def replace(self, token: str, body: bytes) -> Answer:
        """All of it or nothing."""
        if token != WRITE:
            return 403, {"code": "CB_NO02", "id": "x6", "message": "No privilege to proceed."}
        try:
            users = {str(each["code"]): list(each["services"]) for each in json.loads(body)["users"]}
        except (ValueError, KeyError, TypeError):
            return 400, {"code": "CB_IJ01", "id": "x7", "message": "Invalid JSON string."}
        if not 1 <= len(users) <= 100 or any(set(services) - CODES for services in users.values()):
            return 400, {"code": "CB_VA01", "id": "x8", "message": "Missing or invalid input."}
        if unknown := [code for code in users if code not in self.services]:
            return 400, {"code": "CB_VA02", "id": "x9", "message": f"No such user: {unknown[0]}"}
        if self.administrators & users.keys():
            return 403, {"code": "CB_NO02", "id": "x10", "message": "No privilege to proceed."}
        self.changes.append(users)
        self.services |= users
        return 200, {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def domain(self) -> Cybozu:
        return self.server.domain  # type: ignore[attr-defined,no-any-return]

    def do_GET(self) -> None:
        domain, method = self.domain, self.command
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with domain.lock:
            domain.asked.append((method, self.path))
            domain.at_once += 1
            domain.most_at_once = max(domain.most_at_once, domain.at_once)
        try:
            answer = domain.trouble(domain, method, self.path)
            if domain.at_once > domain.at_once_allowed:
                answer = 429, {"code": "CB_TM01", "id": "x11", "message": "Too many requests at a time."}
            if answer is None:
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                answer = domain.answer(method, self.path, token, body)
                domain.after(domain, method, self.path)
            self.send(*answer)
        except CutConnection:
            self.close_connection = True
            self.connection.close()
        finally:
            with domain.lock:
                domain.at_once -= 1

    do_PUT = do_POST = do_GET

    def send(self, status: int, content: Any) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "https://elsewhere.example/")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: Any) -> None:
        """Nothing is written."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked went away."""


@contextmanager
def running(domain: Cybozu) -> Iterator[Cybozu]:
    """While this lasts, the domain answers at its `address`."""
    server = _Server(("127.0.0.1", 0), Handler)
    server.domain = domain  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    domain.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield domain
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
