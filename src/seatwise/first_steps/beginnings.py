"""What a step makes: a service with a source for its logs, the contract of its seats."""

import re
import unicodedata
from typing import Any

from django.db import transaction

from seatwise.directory.models import Service, User
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.logs.rules import Rules


def code_for(name: str) -> str:
    """A code by which commands call something of this name; `service` where nothing of it can be one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "service"


def free_code(name: str, taken: Any) -> str:
    """The first such code that nothing of a query set has."""
    code = code_for(name)
    others = set(taken.filter(code__startswith=code).values_list("code", flat=True))
    candidates = [code, *(f"{code}-{number}" for number in range(2, len(others) + 3))]
    return next(each for each in candidates if each not in others)


def service_named(name: str, *, by: User | None) -> Service:
    """The service of this name, which is added where there is none."""
    found: Service | None = Service.objects.filter(name__iexact=name).first()
    return found or Service.objects.add(code=free_code(name, Service.objects.all()), name=name, by=by)


@transaction.atomic
def source_for(service: Service, *, by: User | None) -> Source:
    """A source of the logs of a service, which is added where there is none: its format is found out."""
    found: Source | None = Source.objects.of_logs().serving(service).order_by("pk").first()
    if found is not None:
        return found
    rules = ReadingRules(services={service.code: Rules()})
    code = free_code(service.code, Source.objects.all())
    source: Source = Source.objects.add(code=code, name=service.name, rules=rules, by=by)
    return source
