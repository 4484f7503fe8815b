"""A stand-in for cybozu.com's User API.

It keeps to what the documentation says: pages, scopes of tokens, services that replace all of a user's, errors as JSON,
the user Administrator whose services are not listed, and no two changes at a time.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from seatwise.connections.tests.stand_in import Answer, CutConnection, StandIn, running

__all__ = ["READ", "WRITE", "CutConnection", "Cybozu", "running"]

READ, WRITE = "read-token-aaaa", "write-token-bbbb"
CODES = {"kintone", "garoon", "office", "mailwise", "secure_access"}


@dataclass
class Cybozu(StandIn):
    """The domain: its users, departments, services, and what was asked of it."""

    users: list[dict[str, Any]] = field(default_factory=list)
    organizations: list[dict[str, Any]] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)
    services: dict[str, list[str]] = field(default_factory=dict)
    administrators: set[str] = field(default_factory=set)

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
