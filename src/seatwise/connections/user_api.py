"""cybozu.com's User API: users, departments and the services of users, read in pages; and services, replaced.

Source: cybozu.dev, "User API" (common/docs/user-api): pages by `size` (at most 100) and `offset`, users in the order of
their ids; `Authorization: Bearer` with a token of the scope *Read*, or *Read and Write* for changes; errors as JSON
with `code`, `id` and `message`. `PUT /v1/users/services.json` takes at most 100 users and replaces their services.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from seatwise.connections.vendor_api import NotRead, VendorApi
from seatwise.lib.batches import batches

PAGE = 100  # users, departments or members that one request is about
MOVED_ATTEMPTS = 3  # of a list that changed while it was read
CODES = ("kintone", "garoon", "office", "mailwise", "secure_access")  # what the API calls the services


class Moved(NotRead):
    """A list changed while it was read, again and again."""


@dataclass(frozen=True)
class ApiUser:
    """A user of cybozu.com; `organization` is the id of the primary department."""

    id: int
    code: str
    name: str
    email: str
    employee_number: str
    active: bool
    organization: int | None


@dataclass(frozen=True)
class ApiOrganization:
    id: int
    code: str
    name: str
    parent: str  # its code; empty at the top


@dataclass(frozen=True)
class Directory:
    """Everything that one reading found, fitting together."""

    users: Sequence[ApiUser]
    organizations: Sequence[ApiOrganization]
    members: Mapping[str, Sequence[str]]  # codes of users by the code of their department
    services: Mapping[str, Sequence[str]]  # codes of services by the code of the user; not all users are listed


class UserApi(VendorApi):
    """The API of one domain, with one token."""

    def directory(self) -> Directory:
        """All of it. Read again where users came or went meanwhile. Raises NotRead and NoAnswer."""
        for _attempt in range(MOVED_ATTEMPTS):
            users, services = self.users(), self.services()
            organizations = self.organizations()
            members = {each.code: self.members(each.code) for each in organizations}
            after = self.users()
            listed = {user.code for user in users}
            if [user.code for user in after] == [user.code for user in users] and services.keys() <= listed:
                return Directory(after, organizations, members, services)
        raise Moved("users were added or removed each time while they were read; try again when it is quiet")

    def test(self) -> int:
        """Ask for the first page of users; how many came. Raises NotRead and NoAnswer."""
        return len(self._list(self._get("/v1/users.json", {"size": PAGE}), "users"))

    def users(self) -> list[ApiUser]:
        return [_user(each) for each in self._pages("/v1/users.json", {}, "users", _id_of)]

    def organizations(self) -> list[ApiOrganization]:
        return [
            ApiOrganization(_id_of(each), _text(each, "code"), _text(each, "name"), _text(each, "parentCode"))
            for each in self._pages("/v1/organizations.json", {}, "organizations", _id_of)
        ]

    def members(self, code: str) -> list[str]:
        """The codes of the users of a department."""
        found = self._pages("/v1/organization/users.json", {"code": code}, "userTitles", _code_of)
        return [_code_of(each) for each in found]

    def services(self) -> dict[str, list[str]]:
        """The services of all users that are listed: not of the user Administrator, as the documentation says."""
        pages = self._pages("/v1/users/services.json", {}, "users", lambda each: each["code"])
        return {str(each["code"]): _services(each) for each in pages}

    def services_of(self, codes: Iterable[str]) -> dict[str, list[str]]:
        """The services of some users, without those whom the API does not know. A request for each hundred."""
        found: dict[str, list[str]] = {}
        for some in batches(codes, PAGE):
            asked = {f"codes[{place}]": code for place, code in enumerate(some)}
            for each in self._list(self._get("/v1/users/services.json", asked), "users"):
                found[_text(each, "code")] = _services(each)
        return found

    def replace_services(self, wanted: Mapping[str, Sequence[str]]) -> None:
        """Let users, at most a hundred, have these services and no others. Sent once.

        Raises ApiError where it is refused or breaks, and NoAnswer where it is not known whether it was done.
        """
        if not 0 < len(wanted) <= PAGE:
            raise ValueError(f"the API takes 1 to {PAGE} users at once")
        users = [{"code": code, "services": list(services)} for code, services in wanted.items()]
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        body = json.dumps({"users": users}, ensure_ascii=False).encode()
        self.json(self.once("PUT", f"{self._address}/v1/users/services.json", headers, body))

    def _get(self, path: str, asked: Mapping[str, Any]) -> Any:
        return self.read(f"{path}?{urlencode(asked)}")

    def _pages(
        self, path: str, asked: Mapping[str, Any], key: str, identity: Callable[[Any], Any]
    ) -> list[dict[str, Any]]:
        """A whole list. Each page begins with the last entry of the one before: where it does not, entries moved
        meanwhile and one might be left out, so it is read anew."""
        for _attempt in range(MOVED_ATTEMPTS):
            found: list[dict[str, Any]] = []
            while True:
                offset = max(len(found) - 1, 0)
                page = self._list(self._get(path, {**asked, "size": PAGE, "offset": offset}), key)
                try:
                    if found and (not page or identity(page[0]) != identity(found[-1])):
                        break
                    found += page[1:] if found else page
                    if len(page) < PAGE:
                        if len({identity(each) for each in found}) == len(found):
                            return found
                        break
                except (KeyError, TypeError, ValueError):
                    raise NotRead(f"{path} answers with entries that are not as its documentation says") from None
        raise Moved(f"{path} changed each time while it was read; try again when it is quiet")

    def _list(self, answer: Any, key: str) -> list[dict[str, Any]]:
        found = answer.get(key) if isinstance(answer, dict) else None
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise NotRead(f"the answer has no list “{key}”: is this the address of a domain of cybozu.com?")
        return found


def _id_of(each: dict[str, Any]) -> int:
    return int(each["id"])


def _code_of(each: dict[str, Any]) -> str:
    return str(each["user"]["code"])


def _text(each: dict[str, Any], key: str) -> str:
    value = each.get(key)
    return "" if value is None else str(value)


def _services(each: dict[str, Any]) -> list[str]:
    found = each.get("services")
    if not isinstance(found, list):
        raise NotRead("a user’s services are not as the documentation says")
    return [str(code) for code in found]


def _user(each: dict[str, Any]) -> ApiUser:
    primary, valid = each.get("primaryOrganization"), each.get("valid")
    if not isinstance(valid, bool):
        raise NotRead("a user is neither in use nor out of use: “valid” is missing")
    return ApiUser(
        id=_id_of(each),
        code=_text(each, "code"),
        name=_text(each, "name"),
        email=_text(each, "email"),
        employee_number=_text(each, "employeeNumber"),
        active=valid,
        organization=int(primary) if primary is not None else None,
    )
