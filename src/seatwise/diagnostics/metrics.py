"""Numbers of the site for Prometheus: none about a person, no names of people.

Text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import datetime
import ipaddress
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult

import seatwise
from seatwise import configuration
from seatwise.configuration import LOOPBACK
from seatwise.connections.models import Connection
from seatwise.diagnostics.installation import database_size, database_version
from seatwise.directory.models import Scope, Service
from seatwise.directory.requests import token_of
from seatwise.enquiries.models import Enquiry
from seatwise.ledger import covered_days, lost_lines
from seatwise.ledger.source_health import every_source
from seatwise.letters.models import Letter
from seatwise.licenses.overview import Use, use_of_everybody
from seatwise.licenses.seats import seats_of_all
from seatwise.reviews.models import Review
from seatwise.seat_requests.models import SeatRequest
from seatwise.site import clock, workers

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = Mapping[str, object]
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Gauge:
    """A number that goes up and down, with what tells its values apart."""

    name: str
    help: str
    values: list[tuple[Labels, float]]

    def lines(self) -> Iterator[str]:
        yield f"# HELP seatwise_{self.name} {self.help}"
        yield f"# TYPE seatwise_{self.name} gauge"
        for labels, value in self.values:
            told = ",".join(f'{key}="{_escaped(str(each))}"' for key, each in labels.items())
            yield f"seatwise_{self.name}{f'{{{told}}}' if told else ''} {value:.15g}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def render() -> str:
    """All of it. A fixed number of queries."""
    return "\n".join(line for gauge in (*_machine(), *_work(), *_sources(), *_seats()) for line in gauge.lines()) + "\n"


def _machine() -> Iterator[Gauge]:
    about = {"version": seatwise.__version__, "database": database_version()}
    yield Gauge("info", "Version of Seatwise and of its database.", [(about, 1)])
    yield Gauge("database_size_bytes", "Bytes the database takes on disk.", [({}, database_size())])
    free = shutil.disk_usage(configuration.DATA_DIR.value()).free
    yield Gauge("disk_free_bytes", "Bytes free on the disk of the data directory.", [({}, free)])


def _work() -> Iterator[Gauge]:
    directory = configuration.DATA_DIR.value()
    yield Gauge("workers", "Workers that run on this machine.", [({}, workers.running(directory))])
    held = clock.held() is not None
    yield Gauge("clock_jumped", "1 while automatic work is paused because the clock jumped.", [({}, held)])
    counted = dict(DBTaskResult.objects.order_by().values_list("status").annotate(Count("pk")))
    states = {"waiting": "READY", "running": "RUNNING", "failed": "FAILED"}
    tasks: list[tuple[Labels, float]] = [({"state": said}, counted.get(state, 0)) for said, state in states.items()]
    yield Gauge("tasks", "Tasks of the worker, by state.", tasks)
    emails: list[tuple[Labels, float]] = [({"state": key}, count) for key, count in Letter.objects.by_state().items()]
    yield Gauge("emails", "Emails, by state.", emails)
    yield Gauge(
        "open_questions", "Questions to holders that wait for an answer.", [({}, Enquiry.objects.open().count())]
    )
    yield Gauge("open_reviews", "Reviews that are open.", [({}, Review.objects.open().count())])
    waiting = SeatRequest.objects.waiting().count()
    yield Gauge("waiting_seat_requests", "Seat requests that wait for an answer.", [({}, waiting)])


def _sources() -> Iterator[Gauge]:
    every, zone = list(every_source()), configuration.zone()
    until = [
        (
            {"source": each.source.code},
            datetime.datetime.combine(each.last_date + DAY, datetime.time(), zone).timestamp(),
        )
        for each in every
        if each.last_date
    ]
    yield Gauge(
        "source_recorded_until_seconds", "Unix time at which the last recorded day of a source ended.", list(until)
    )
    heard = [({"source": each.source.code}, each.heard_at.timestamp()) for each in every if each.heard_at]
    yield Gauge("source_last_line_seconds", "Unix time at which a line of a source was last read.", list(heard))
    beats = [({"source": each.source.code}, each.beat_at.timestamp()) for each in every if each.beat_at]
    yield Gauge("source_last_heartbeat_seconds", "Unix time of the last heartbeat of a source.", list(beats))
    failed = [({"source": each.source.code}, float(each.failed_import is not None)) for each in every]
    yield Gauge("source_import_failed", "1 if the last import of a source failed.", list(failed))
    lost: list[tuple[Labels, float]] = [
        ({"source": each.source.code, "reason": reason}, lines)
        for each in every
        for reason, lines in lost_lines.by_reason(each.source).items()
    ]
    yield Gauge("lost_lines", "Lines of a source that arrived within 30 days and could not be kept, by reason.", lost)
    failing = [({"connection": each.of}, float(each.fails_since is not None)) for each in Connection.objects.all()]
    yield Gauge("connection_failing", "1 while the daily reading of a connection fails.", list(failing))


def _seats() -> Iterator[Gauge]:
    services = list(Service.objects.order_by("code"))
    seats = seats_of_all(services, configuration.today())
    use = use_of_everybody(services, covered_days.counted_until_of(services))
    states: list[tuple[Labels, float]] = []
    used: list[tuple[Labels, float]] = []
    for each in services:
        found, theirs = seats[each.pk], use.get(each.pk, Use())
        parts = {"contracted": found.contracted, "held": found.held, "free": found.free, "pending": found.pending}
        states += [({"service": each.code, "state": key}, n) for key, n in parts.items() if n is not None]
        kinds = {"used": theirs.used, "unused": theirs.unused, "never": theirs.never, "unknown": theirs.later}
        used += [({"service": each.code, "use": key}, count) for key, count in kinds.items()]
    yield Gauge("seats", "Seats of a service; pending: removed, and not confirmed to be free.", states)
    yield Gauge("holders", "Who takes a seat, by use in the last 30 days.", used)


HELP = "Send “Authorization: Bearer TOKEN” with a token that has the scope metrics:read, or ask from this machine.\n"


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not (is_from_this_machine(request) or has_token(request)):
        return HttpResponse(HELP, status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(render(), content_type=CONTENT_TYPE)


def is_from_this_machine(request: HttpRequest) -> bool:
    """Not by way of a proxy on the same machine, which says for whom it asks, or asks for the site's own address."""
    by_proxy = any(name in request.headers for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"))
    try:
        peer = ipaddress.ip_address(request.META["REMOTE_ADDR"])
    except ValueError:
        return False
    return peer.is_loopback and not by_proxy and urlsplit(f"//{request.get_host()}").hostname in LOOPBACK


def has_token(request: HttpRequest) -> bool:
    token = token_of(request)
    return token is not None and Scope.READ_METRICS in token.scopes
