"""Who has a seat of GitHub Copilot, and when they used it last: for an organization, or for a whole enterprise.

Source: GitHub's documentation, "REST API endpoints for Copilot user management": `/orgs/ORG/copilot/billing/seats` and
`/enterprises/NAME/copilot/billing/seats`, pages by `page` and `per_page` (at most 100). `total_seats` counts each user
once; for an enterprise there is an entry for each organization that gives them a seat. An assignee can be missing.
"""

from dataclasses import dataclass
from typing import Any

from seatwise.connections.vendor_api import NotRead, VendorApi

PAGE = 100
MOST_PAGES = 1000
ATTEMPTS_AT_ALL = 3  # of a list that is not as long as it says
KEPT = ("created_at", "last_activity_at", "last_activity_editor", "pending_cancellation_date")


@dataclass(frozen=True)
class Seats:
    """The seats, as far as they are of use. `whole`: as many people as GitHub itself counts."""

    rows: list[dict[str, Any]]
    whole: bool


class CopilotApi(VendorApi):
    """Of one account: an organization, or `enterprises/` and the name of an enterprise."""

    account = ""

    def test(self) -> int:
        """How many seats there are. Raises NotRead and NoAnswer."""
        return self._page(1)[0]

    def seats(self) -> Seats:
        """All of them; read again where somebody came or went meanwhile. Raises NotRead and NoAnswer."""
        for _attempt in range(ATTEMPTS_AT_ALL):
            total, rows = self._page(1)
            page, number = rows, 1
            while len(page) == PAGE and number < MOST_PAGES:
                number += 1
                _total, page = self._page(number)
                rows = rows + page
            named = {row["assignee"]["login"] for row in rows if row["assignee"]}
            if len(named) + sum(not row["assignee"] for row in rows) == total:
                return Seats(rows, whole=True)
        return Seats(rows, whole=False)

    def _page(self, number: int) -> tuple[int, list[dict[str, Any]]]:
        owner = self.account if self.account.startswith("enterprises/") else f"orgs/{self.account}"
        answer = self.read(f"/{owner}/copilot/billing/seats?per_page={PAGE}&page={number}")
        try:
            return int(answer["total_seats"]), [_row(each) for each in answer["seats"]]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise NotRead("the answer is no list of seats: is the address right?") from None


def _row(seat: dict[str, Any]) -> dict[str, Any]:
    assignee = seat["assignee"]
    login = {"login": str(assignee["login"])} if assignee else {}
    return {"assignee": login, **{name: seat.get(name) for name in KEPT}}
