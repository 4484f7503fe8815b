"""Microsoft 365 usage reports by Microsoft Graph: who used what last, as a table for each product.

Sources: Microsoft Graph, "Working with Microsoft 365 usage reports": `/v1.0/reports/NAME(period='D30')` answers with
302 to an address that is good for some minutes and needs no token, where the CSV is; "Get access without a user" for
the client credentials flow. The reports are made once a day, and are up to two days old.
"""

import csv
import datetime
import io
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from seatwise.configuration import LOOPBACK
from seatwise.connections.vendor_api import NotRead, VendorApi

SIGN_IN = {  # where an app gets its token, by where Graph is
    "graph.microsoft.com": "https://login.microsoftonline.com",
    "graph.microsoft.us": "https://login.microsoftonline.us",
    "dod-graph.microsoft.us": "https://login.microsoftonline.us",
    "microsoftgraph.chinacloudapi.cn": "https://login.chinacloudapi.cn",
}
APPS, ACTIVE = "getM365AppUserDetail", "getOffice365ActiveUserDetail"
PRODUCTS = {  # by our code: the report, and what begins its columns there
    "apps": (APPS, ""),
    "exchange": (ACTIVE, "Exchange "),
    "onedrive": (ACTIVE, "OneDrive "),
    "sharepoint": (ACTIVE, "SharePoint "),
    "teams": (ACTIVE, "Teams "),
    "yammer": (ACTIVE, "Yammer "),
}
WHO, DAY, DELETED = "User Principal Name", "Report Refresh Date", "Is Deleted"


@dataclass(frozen=True)
class Usage:
    """The table of one product, as CSV; `without`: how many people have no license of it there, and are left out."""

    text: str
    as_of: datetime.date
    without: int


class GraphApi(VendorApi):
    """Of one tenant. The secret of the app is only sent to where apps sign in."""

    account = ""
    client = ""

    def test(self) -> None:
        """Sign in, and ask for a report without taking it. Raises NotRead and NoAnswer."""
        self._sign_in()
        self._asked(ACTIVE)

    def report(self, name: str) -> str:
        """A report as it is. Raises NotRead and NoAnswer."""
        self._sign_in()
        location = self._asked(name)
        to, here = urlsplit(location), urlsplit(self._address)
        if to.scheme != "https" and not (to.hostname in LOOPBACK and here.hostname in LOOPBACK):
            raise NotRead("the report is at an address that does not begin with https")
        answer = self.patiently(lambda: self.once("GET", location, {}))  # it needs no token, so it gets none
        try:
            return answer.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise NotRead("the report is no text") from None

    def _asked(self, name: str) -> str:
        url = f"{self._address}/v1.0/reports/{name}(period='D30')"
        found = self.patiently(lambda: self.once("GET", url, good=(302,))).headers.get("location", "")
        if not found:
            raise NotRead("the answer names no address of the report")
        return found

    def _sign_in(self) -> None:
        if len(self._secrets) > 1:
            return
        host = urlsplit(self._address).hostname or ""
        login = self._address if host in LOOPBACK else SIGN_IN[host]
        asked = {
            "grant_type": "client_credentials", "client_id": self.client, "client_secret": self._token,
            "scope": f"{self._address}/.default",
        }  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        url, body = f"{login}/{self.account}/oauth2/v2.0/token", urlencode(asked).encode()
        answer = self.json(self.patiently(lambda: self.once("POST", url, headers, body)))
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise NotRead("the answer holds no token: is the address right?")
        self._secrets.append(token)
        self._token = token


def usage_of(product: str, text: str) -> Usage:
    """Who is licensed for a product by a report, and their last activity in it. Raises NotRead."""
    begins = PRODUCTS[product][1]
    last, has = f"{begins}Last Activity Date", f"Has {begins}License"
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows:
        raise NotRead("the report is empty: Microsoft has not made one yet")
    if missing := [name for name in (WHO, DAY, last) if name not in rows[0]]:
        raise NotRead(f"the report has no column “{missing[0]}”")
    theirs = [row for row in rows if row.get(has, "True") == "True"]
    out = io.StringIO()
    names = [name for name in (WHO, "Display Name", last, DELETED) if name in rows[0]]
    writer = csv.DictWriter(out, names, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(theirs)
    return Usage(out.getvalue(), _day(rows), len(rows) - len(theirs))


def _day(rows: list[Mapping[str, str]] | list[dict[str, str]]) -> datetime.date:
    try:
        return max(datetime.date.fromisoformat(row[DAY]) for row in rows)
    except ValueError:
        raise NotRead(f"a “{DAY}” in the report is no date") from None
