"""What vendors say of who used a service: fetched as the files that they offer, and imported as such files are."""

import datetime
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from seatwise.connections import microsoft
from seatwise.connections.github import CopilotApi
from seatwise.connections.http import send
from seatwise.connections.kinds import GITHUB, MICROSOFT
from seatwise.connections.models import Connection, Reading
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, Upload, User
from seatwise.ledger.models import Snapshot
from seatwise.ledger.report_matching import Matches, match
from seatwise.ledger.snapshot_file import Report, ReportCode, ReportReading, parse_report
from seatwise.ledger.snapshots import import_snapshot
from seatwise.ledger.words import notice_text
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days

Pause = Callable[[float], None]


def copilot(connection: Connection, keep: Callable[[], None], pause: Pause) -> CopilotApi:
    api = CopilotApi(connection.address, connection.token(), send=send, pause=pause, before_each=keep)
    api.account = connection.account
    return api


def graph(connection: Connection, keep: Callable[[], None], pause: Pause) -> microsoft.GraphApi:
    api = microsoft.GraphApi(connection.address, connection.token(), send=send, pause=pause, before_each=keep)
    api.account, api.client = connection.account, connection.client
    return api


def test(connection: Connection, keep: Callable[[], None], pause: Pause) -> str:
    """Ask for little; what came, in a sentence. Raises NotRead, NoAnswer and Refused."""
    if connection.of is MICROSOFT:
        graph(connection, keep, pause).test()
        return _("%(name)s answers: the app may read usage reports.") % {"name": connection.of.name}
    count = copilot(connection, keep, pause).test()
    text = ngettext("%(name)s answers: %(count)s seat.", "%(name)s answers: %(count)s seats.", count)
    return text % {"name": connection.of.name, "count": count}


def fetch(connection: Connection, keep: Callable[[], None], pause: Pause) -> dict[str, Any]:
    """The report on each service that is connected, as a reading keeps it. Raises NotRead, NoAnswer, and Refused where
    one cannot be used as it is."""
    services = connection.services()
    if not services:
        raise Refused(_("No service of this site is linked to a service of %(name)s.") % {"name": connection.of.name})
    fetch_all = _from_github if connection.of is GITHUB else _from_microsoft
    reports = fetch_all(connection, services, keep, pause)
    for code, kept in reports.items():
        matches = match(_parsed(connection, services[code], kept).rows, kept["name"])
        kept["recognized"], kept["asked"] = matches.recognized, len(matches.asked)
    return {"reports": reports}


def _from_github(connection: Connection, services: Mapping[str, Service], keep: Any, pause: Pause) -> dict[str, Any]:
    found, day = copilot(connection, keep, pause).seats(), days.date_of(today())
    ending = sum(bool(row["pending_cancellation_date"]) for row in found.rows)
    kept = {"name": f"copilot-seats-{day}.json", "text": json.dumps(found.rows), "as_of": str(day)}
    return {code: {**kept, "whole": found.whole, "ending": ending, "rows": len(found.rows)} for code in services}


def _from_microsoft(connection: Connection, services: Mapping[str, Service], keep: Any, pause: Pause) -> dict[str, Any]:
    api, texts, reports = graph(connection, keep, pause), dict[str, str](), dict[str, Any]()
    for code in services:
        report = microsoft.PRODUCTS[code][0]
        texts[report] = texts.get(report) or api.report(report)
        found = microsoft.usage_of(code, texts[report])
        reports[code] = {
            "name": f"{report}-{code}-{found.as_of}.csv", "text": found.text, "as_of": str(found.as_of), "whole": False,
            "without": found.without, "rows": found.text.count("\n") - 1,
        }  # fmt: skip
    return reports


def counts_of(content: Mapping[str, Any]) -> dict[str, int]:
    """How many people the longest of the reports is about, and how many of them are recognized."""
    largest = max(content["reports"].values(), key=lambda kept: int(kept["rows"]))
    return {"users": largest["rows"], "recognized": largest["recognized"], "asked": largest["asked"]}


def _parsed(connection: Connection, service: Service, kept: Mapping[str, Any]) -> Report:
    """Raises Refused where it cannot be used as it is."""
    as_of = datetime.date.fromisoformat(kept["as_of"])
    reading = ReportReading(days.zone(organization_zone()), service=(service.name, service.code), as_of=as_of)
    report = parse_report(kept["text"].encode(), name=kept["name"], reading=reading, encoding="utf-8")
    if any(error.code is ReportCode.CONCEALED for error in report.errors) and connection.of is MICROSOFT:
        raise Refused(
            _(
                "The names in Microsoft 365 reports are concealed, so no one can be recognized. In the "
                "Microsoft 365 admin center, under Settings, Org settings, Services, Reports, clear “Display "
                "concealed user, group, and site names in all reports”. It takes effect with the next "
                "reports, within about two days."
            )
        )
    if report.errors:
        raise Refused(notice_text(report.errors[0]))
    return report


def _kept(reading: Reading, code: str) -> tuple[Service, Mapping[str, Any]] | None:
    """The service that is meant by the vendor's code, and what was read of it."""
    kept, service = reading.content.get("reports", {}).get(code), reading.connection.services().get(code)
    return None if kept is None or service is None else (service, kept)


def report_of(reading: Reading, code: str) -> tuple[Service, Mapping[str, Any], Report, Matches]:
    """What was read of one service, by the vendor's code. Raises Refused."""
    found = _kept(reading, code)
    if found is None:
        raise Refused(_("There is a later reading, or this one failed. Open the latest one."))
    service, kept = found
    report = _parsed(reading.connection, service, kept)
    return service, kept, report, match(report.rows, kept["name"])


def keep_report(reading: Reading, code: str, *, by: User) -> Upload:
    """A report as a file that waits to be confirmed. Raises Refused."""
    service, kept, _report, _matches = report_of(reading, code)
    return Upload.objects.create(
        kind=Upload.Kind.REPORT,
        name=kept["name"],
        data=kept["text"].encode(),
        encoding="utf-8",
        options={"service": service.pk, "as_of": kept["as_of"]},
        uploaded_by=by,
    )


def imported(reading: Reading, code: str) -> Snapshot | None:
    """The report as it was imported, if it was."""
    there = _kept(reading, code)
    if there is None:
        return None
    service, kept = there
    same = Snapshot.objects.filter(service=service, file=kept["name"], as_of=kept["as_of"])
    found: Snapshot | None = same.order_by("-pk").first()
    return found


def import_report(reading: Reading, code: str, *, by: User | None) -> tuple[Snapshot, list[str]]:
    """Import it: the report, and what somebody should look at. Raises Refused.

    Where the vendor lists everybody, it confirms removals of those who are not on it, unless too few are recognized.
    """
    service, kept, report, matches = report_of(reading, code)
    said: list[str] = []

    def do(*, complete: bool) -> Snapshot:
        with transaction.atomic():
            day = datetime.date.fromisoformat(kept["as_of"])
            return import_snapshot(
                service, report.rows, file=kept["name"], as_of=day, by=by, complete=complete, period=report.period
            )

    try:
        made = do(complete=kept["whole"])
    except Refused:
        if not kept["whole"]:
            raise
        made = do(complete=False)
        said.append(_("Too few license holders are in it, so it confirmed no removals."))
    if matches.asked:
        text = ngettext(
            "%(count)s row matches several people and was skipped.",
            "%(count)s rows match several people and were skipped.",
            len(matches.asked),
        )
        said.append(text % {"count": len(matches.asked)})
    return made, said


def import_all(reading: Reading, _on: datetime.date) -> str:
    """Import the reports on all services; what somebody should look at, in sentences."""
    left: list[str] = []
    for code, service in reading.connection.services().items():
        try:
            _made, said = import_report(reading, code, by=None)
        except Refused as refusal:
            said = [str(refusal)]
        left += [f"{service}: {each}" for each in said]
    return "\n".join(left)
