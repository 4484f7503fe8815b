"""An uploaded report that nobody confirmed yet: how it is read, whose its rows are, and what it would do."""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, Upload
from seatwise.ledger.report_matching import Matches, match
from seatwise.ledger.snapshot_file import Report, ReportReading, first_look, parse_report
from seatwise.ledger.zones import organization_zone
from seatwise.lib import days
from seatwise.lib.notices import Notice
from seatwise.lib.table_columns import chosen_of


@dataclass
class ReportDraft:
    """A report as it is read, and whose its rows are; `refusal` says why nobody can be matched."""

    upload: Upload
    service: Service
    report: Report
    people: Mapping[int, str] = field(default_factory=dict)  # the logins that were chosen for rows, by line
    matches: Matches = field(default_factory=Matches)
    refusal: str = ""

    @property
    def remarks(self) -> list[Notice]:
        """What there is to say of rows, but what is asked."""
        asked = self.matches.asked
        return [*self.report.remarks, *(each for each in self.matches.remarks if each.values["line"] not in asked)]

    def counts(self) -> dict[str, Any]:
        """How many rows are recognized and dated, and the first and last day."""
        dates = [row.last_access for row in self.report.rows if row.last_access is not None]
        return {
            "recognized": self.matches.recognized,
            "not_recognized": len(self.report.rows) - self.matches.recognized,
            "dated": len(dates),
            "first_day": min(dates, default=None),
            "last_day": max(dates, default=None),
        }

    def fingerprint(self) -> str:
        """The same for reports that say the same of the same people."""
        found = hashlib.sha256(f"{self.service.pk} {self.upload.options['as_of']} {self.report.period}".encode())
        for row in self.report.rows:
            found.update(repr((row, self.matches.logins.get(row.line))).encode())
        return found.hexdigest()


def day_of(upload: Upload) -> datetime.date:
    """The day that a report is as of."""
    return datetime.date.fromisoformat(upload.options["as_of"])


def how_of(upload: Upload) -> dict[str, Any]:
    """How it is to be read, as it was said so far."""
    return {key: upload.options[key] for key in ("columns", "dates", "time_zone") if upload.options.get(key)}


def headings_of(upload: Upload, service: Service) -> Report:
    """Its headings alone, and which columns are guessed or were chosen. Raises decoding.UnreadableText."""
    reading = reading_by(how_of(upload), service, day_of(upload))
    return first_look(bytes(upload.data), upload.encoding or None, reading)


def reading_by(how: Mapping[str, Any], service: Service, as_of: datetime.date) -> ReportReading:
    """How a report of a service is read by a choice of columns, a form and a zone of dates."""
    written_in = days.zone(how["time_zone"]) if how.get("time_zone") else None
    columns, names = chosen_of(how.get("columns", {})), (service.name, service.code)
    return ReportReading(days.zone(organization_zone()), columns, how.get("dates") or None, written_in, names, as_of)


def draft_of(
    upload: Upload, service: Service, how: Mapping[str, Any] | None = None, people: Mapping[int, str] | None = None
) -> ReportDraft:
    """What an upload says, read as `how` or its own options say. Raises decoding.UnreadableText."""
    reading = reading_by(how_of(upload) if how is None else how, service, day_of(upload))
    data, encoding = bytes(upload.data), upload.encoding or None
    report = parse_report(data, name=upload.name, encoding=encoding, reading=reading)
    if people is None:
        people = {int(line): login for line, login in upload.options.get("people", {}).items()}
    draft = ReportDraft(upload, service, report, people)
    try:
        draft.matches = match(report.rows, upload.name, people)
    except Refused as refusal:
        draft.refusal = str(refusal)
    return draft
