"""What becomes of a few lines that somebody pasted. Nothing is stored."""

import io
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from seatwise.directory.models import Service
from seatwise.ledger.ingestion import format_of, source_for
from seatwise.ledger.models import Revision
from seatwise.ledger.words import FIELDS, notice_text, reason_label
from seatwise.lib.logins import visible
from seatwise.logs.explanation import Explainer
from seatwise.logs.fields import FormatError
from seatwise.logs.inputs import Input
from seatwise.logs.wrappers import unwrapped

MOST_LINES = 200
MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class CheckedLine:
    """What becomes of a line for one service."""

    service: Service
    counts: bool
    label: str
    why: str
    fields: list[tuple[str, str]]


@dataclass
class TriedLine:
    """A line, and what becomes of it."""

    number: int
    text: str
    verdicts: list[CheckedLine] = field(default_factory=list)


@dataclass
class Trial:
    """What became of all lines, and in which format they were read."""

    format: str
    wrapper: str  # what stood around the lines
    services: list[Service]
    lines: list[TriedLine]
    problem: str = ""  # where a line says how the next ones are written, and they cannot be read so

    @property
    def accesses(self) -> int:
        return sum(any(verdict.counts for verdict in line.verdicts) for line in self.lines)


def split(text: str) -> list[bytes]:
    """The lines of a text, without the empty ones at its end."""
    lines = text.encode("utf-8", "backslashreplace").split(b"\n")
    lines = [line.removesuffix(b"\r") for line in lines]
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def try_lines(revision: Revision, text: str) -> Trial:
    """What becomes of each line by the rules of a revision. Raises FormatError where no format fits."""
    lines = split(text)
    pasted = Input(_("Pasted text"), head=b"\n".join(lines) + b"\n", stream=io.BytesIO())
    form = format_of(revision, [pasted])
    lines = unwrapped(b"\n".join(lines), pasted.wrapper).removesuffix(b"\n").split(b"\n")
    servings = list(revision.servings.select_related("service").order_by("service"))
    trial = Trial(form.name, "+".join(pasted.wrapper), [serving.service for serving in servings], [])
    trial.lines = [
        TriedLine(number, visible(line.decode("utf-8", "backslashreplace"))) for number, line in enumerate(lines, 1)
    ]
    for serving in servings:
        explainer = Explainer(source_for(revision, form, serving.rules(revision.programs)))
        try:
            for tried, line in zip(trial.lines, lines, strict=True):
                tried.verdicts.append(verdict(explainer, serving.service, line))
        except FormatError as error:
            trial.problem = notice_text(error.notice)
    return trial


def verdict(explainer: Explainer, service: Service, line: bytes) -> CheckedLine:
    found = explainer.explain(line)
    fields = [
        (str(FIELDS[name]), value if isinstance(value, str) else notice_text(value)) for name, value in found.fields
    ]
    return CheckedLine(service, found.reason == "access", reason_label(found.reason), notice_text(found.why), fields)
