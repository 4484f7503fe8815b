"""The tables of the evidence: what was frozen, asked, answered, decided, done and read back, as plain cells.

Everything is read from rows that do not change after closing; what happens later is an addendum. Texts are in English
but for what people wrote. Times are UTC, days those of the organization's zone.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone, translation

from seatwise.enquiries.models import Enquiry
from seatwise.letters.models import Letter
from seatwise.lib.batches import batches
from seatwise.lib.tables import Cell
from seatwise.licenses.models import ChecklistTick, Exemption, Suspension
from seatwise.reviews import conflicts
from seatwise.reviews.completeness import kept, text_in_english
from seatwise.reviews.models import Addendum, Attestation, Handover, Item, Review, Step
from seatwise.reviews.recommendations import plain_words

LISTED_AT_ONCE = 100  # logins in a cell: each has at most 255 characters


@dataclass(frozen=True)
class Table:
    """A table: its name, its headings, and how its rows are read."""

    name: str
    headings: Sequence[str]
    rows: Callable[[Review], Iterable[Sequence[Cell]]]


def moment(at: datetime.datetime | None) -> str:
    """A time as evidence has it."""
    return at.astimezone(datetime.UTC).isoformat(timespec="seconds") if at else ""


def day(value: datetime.date | str | None) -> datetime.date | None:
    if isinstance(value, str):
        return datetime.date.fromisoformat(value) if value else None
    return value


def person(user: Any) -> str:
    """Somebody by login; nothing for nobody."""
    return user.login if user else ""


def items_of(review: Review) -> "QuerySet[Item]":
    """All items, in the order of the logins they had."""
    known = (
        "user",
        "license",
        "decided_by",
        "decided_for",
        "reassign_to",
        "added_by",
        "enquiry",
        "change",
        "suspension",
    )
    found: QuerySet[Item] = Item.objects.of(review).select_related(*known).order_by("facts__login", "pk")
    return found


POPULATION = (
    *("login", "name", "employee number", "kind", "employment", "expected days a week", "departments", "manager"),
    *("license since", "last access", "access days in 30", "access days in 90", "access days in 365"),
    *("unknown days in 30", "unknown days in 90", "unknown days in 365", "last 30 days", "named", "left out because"),
)


def population(review: Review) -> Iterator[Sequence[Cell]]:
    """Everybody who held a license at opening."""
    for item in items_of(review).iterator(2000):
        facts = item.facts
        yield (
            *(facts[key] for key in ("login", "name", "employee_number", "kind", "employment", "expected_days")),
            "; ".join(each["name"] for each in facts["departments"]),
            facts["manager"],
            day(facts["license_since"]),
            day(facts["last_access"]),
            *(facts["access_days"][window] for window in ("30", "90", "365")),
            *(facts["unknown_days"][window] for window in ("30", "90", "365")),
            facts["strip"],
            "yes" if item.named else "no",
            "; ".join(f"{each['why']} {each['until']}".strip() for each in item.left_out),
        )


ENQUIRIES = (
    *("login", "asked", "asked on", "due", "reminders", "reached on", "seen on", "did not arrive", "state"),
    *("answer", "reason", "not now until", "answered at", "answered by", "by what way"),
)


def enquiries(review: Review) -> Iterator[Sequence[Cell]]:
    """Every question, whether it reached anybody, and the answer."""
    for item in items_of(review).exclude(enquiry=None).select_related("enquiry__person", "enquiry__answered_by"):
        asked = item.enquiry
        assert asked is not None
        yield (
            *(item.facts["login"], asked.person.login, asked.asked_on, asked.due, asked.reminders),
            *(asked.reached_on, asked.seen_on, "yes" if asked.undeliverable else "no", asked.state),
            *(asked.answer, asked.reason, asked.not_now_until, moment(asked.answered_at)),
            *(person(asked.answered_by), asked.via),
        )


LETTERS = ("to", "address", "kind", "state", "written", "sent", "came back", "attempts", "problem", "message id")


def letters(review: Review) -> Iterator[Sequence[Cell]]:
    """Every letter of the review, of its items and of its questions, and what became of it."""
    for letter in letters_of(review).select_related("to").order_by("pk"):
        yield (
            *(letter.to.login, letter.address, letter.kind, letter.state, moment(letter.written_at)),
            *(moment(letter.sent_at), moment(letter.bounced_at), letter.attempts, letter.problem, letter.message_id),
        )


def letters_of(review: Review) -> "QuerySet[Letter]":
    """The letters about a review, its items and its questions."""
    items = Item.objects.of(review)
    text = CharField(max_length=60)
    own = Q(subject_type="reviews.review", subject_id=str(review.pk))
    own |= Q(subject_type="reviews.item", subject_id__in=items.annotate(key=Cast("pk", text)).values("key"))
    asked = Enquiry.objects.filter(pk__in=items.exclude(enquiry=None).values("enquiry"))
    own |= Q(subject_type="enquiries.enquiry", subject_id__in=asked.annotate(key=Cast("pk", text)).values("key"))
    found: QuerySet[Letter] = Letter.objects.filter(own)
    return found


DECISIONS = (
    *("login", "recommended", "because", "decision", "reason", "against the recommendation", "suspend until"),
    *("reassign to", "decided by", "for", "decided at", "in bulk"),
    *("added by", "added because", "answered otherwise at", "not independent"),
)


def decisions(review: Review) -> Iterator[Sequence[Cell]]:
    """What was decided about everybody who was named, by whom and why."""
    taken = list(Step.objects.filter(review=review, returned_at=None).order_by("pk"))
    for item in items_of(review).named():  # type: ignore[attr-defined]
        yield (
            *(item.facts["login"], item.recommendation, plain_words(item.recommended_because), item.decision),
            *(item.decision_reason, "yes" if item.recommendation not in ("", item.decision) else "no"),
            *(item.suspend_until, person(item.reassign_to), person(item.decided_by), person(item.decided_for)),
            *(moment(item.decided_at), "yes" if item.in_bulk else "no"),
            *(person(item.added_by), item.added_because, moment(item.contradicted_at)),
            in_english(conflicts.of_item, item, taken),
        )


def in_english(texts: Callable[..., Sequence[str]], *given: Any) -> str:
    """Some texts in one cell, in English whoever asks."""
    with translation.override("en"):
        return "; ".join(texts(*given))


EXECUTION = (
    *("login", "decision", "state", "problem", "carried out at", "change", "read back on", "license held"),
    *("suspended", "as decided", "waiting in the service", "shown by", "used after the removal until"),
)


def execution(review: Review) -> Iterator[Sequence[Cell]]:
    """What was carried out, and what was found afterwards."""
    for item in items_of(review).named():  # type: ignore[attr-defined]
        found = item.read_back
        yield (
            *(item.facts["login"], item.decision, item.state, item.problem, moment(item.applied_at)),
            *(item.change_id or "", day(found.get("on")), yes(found.get("held")), yes(found.get("asleep"))),
            *(yes(found.get("as_decided")), found.get("pending", ""), "; ".join(found.get("evidence", []))),
            day(found.get("used_after_removal")) or "",
        )


def yes(value: object) -> str:
    """yes, no, or nothing where it is not known."""
    return "" if value is None else "yes" if value else "no"


EXCEPTIONS = ("login", "what", "service", "since", "until", "by")


def exceptions(review: Review) -> Iterator[Sequence[Cell]]:
    """Who was exempt or suspended when the review was opened, until when, and by whom. Reasons are not in it."""
    if review.as_of is None or review.opened_at is None:
        return
    opened = timezone.localtime(review.opened_at).date()
    holders = Item.objects.of(review).values("user")
    exempt = Exemption.objects.of(review.service).filter(user__in=holders, since__lte=opened, until__gte=opened)
    for each in exempt.select_related("user", "service", "by").order_by("user__login", "pk"):
        service = each.service.code if each.service else "all"
        yield each.user.login, "exemption", service, each.since, each.until, person(each.by)
    asleep = Suspension.objects.of(review.service).by(holders).filter(begins__lte=opened, until__gt=opened)
    asleep = asleep.exclude(pk__in=Item.objects.of(review).exclude(suspension=None).values("suspension"))
    for one in asleep.select_related("user", "service", "by").order_by("user__login", "pk"):
        service = one.service.code if one.service else "account"
        yield one.user.login, "suspension", service, one.begins, one.until, person(one.by)


STEPS = (*("step", "by", "at", "text", "same person as", "returned at", "returned by", "because", "not independent"),)


def steps(review: Review) -> Iterator[Sequence[Cell]]:
    """The four steps, also those that were returned."""
    for step in Step.objects.filter(review=review).order_by("pk"):
        yield (
            *(step.kind, step.by_text, moment(step.at), step.text, "; ".join(step.also)),
            *(moment(step.returned_at), step.returned_by_text, step.returned_because),
            in_english(lambda each: each.conflicts_in_words, step),
        )


def handovers(review: Review) -> Iterator[Sequence[Cell]]:
    for each in Handover.objects.filter(item__review=review).select_related("item").order_by("pk"):
        yield each.item.facts["login"], moment(each.at), each.before, each.after, each.why


def attestations(review: Review) -> Iterator[Sequence[Cell]]:
    """What departments confirmed of those who were not named."""
    for each in Attestation.objects.filter(review=review).order_by("pk"):
        yield each.department_text, each.by_text, moment(each.at), each.count, each.checksum, each.remark


def differences(review: Review) -> Iterator[Sequence[Cell]]:
    """Who came and went since the last review, and what was decided about whom then and now."""
    if review.previous is None:
        return
    then = {item.facts["login"]: item for item in items_of(review.previous)}
    now = {item.facts["login"]: item for item in items_of(review)}
    for login in sorted({*then, *now}):
        before, after = then.get(login), now.get(login)
        if what := _difference(before, after):
            yield login, what, decision_label(before), decision_label(after)


def _difference(before: Item | None, after: Item | None) -> str:
    """What is otherwise with a holder; empty where nothing is."""
    if before is None:
        return "new holder"
    if after is None:
        return "no holder any more"
    return "" if (before.is_named, before.decision) == (after.is_named, after.decision) else "judged otherwise"


def decision_label(item: Item | None) -> str:
    """An item in a word."""
    if item is None:
        return ""
    return item.decision or "named" if item.is_named else "not named"


def addenda(review: Review) -> Iterator[Sequence[Cell]]:
    for each in Addendum.objects.filter(review=review).select_related("item").order_by("pk"):
        login = each.item.facts["login"] if each.item else ""
        for data in _data_of(each):
            yield moment(each.at), each.kind, login, each.by_text, each.text, data


def _data_of(addendum: Addendum) -> Iterator[str]:
    """What is kept with it; a long list in several parts, since a cell of a spreadsheet holds 32,767 characters."""
    first, later = [], []
    for key, value in sorted(addendum.data.items()):
        some, *others = (
            batches(map(str, value), LISTED_AT_ONCE) if isinstance(value, list) and value else [[f"{value}"]]
        )
        first.append(f"{key}: {', '.join(some)}")
        later += [f"{key}, continued: {', '.join(more)}" for more in others]
    yield "; ".join(first)
    yield from later


def completeness(review: Review) -> Iterator[Sequence[Cell]]:
    """What the roster was found to lack at closing."""
    for each in kept(review):
        yield each.kind, each.login, each.name, each.since, text_in_english(each)


def checklist(review: Review) -> Iterator[Sequence[Cell]]:
    """What was gone through before removals, until closing, and who took it over."""
    ticks = ChecklistTick.objects.of(Item.objects.of(review).values("license"))
    ticks = ticks.filter(at__lte=review.closed_at) if review.closed_at else ticks
    for each in ticks.select_related("license__user", "by", "successor").order_by("license__user__folded", "pk"):
        yield each.license.user.login, each.point, person(each.by), moment(each.at), person(each.successor)


TABLES = (
    Table("population", POPULATION, population),
    Table("enquiries", ENQUIRIES, enquiries),
    Table("letters", LETTERS, letters),
    Table("decisions", DECISIONS, decisions),
    Table("execution", EXECUTION, execution),
    Table("exceptions", EXCEPTIONS, exceptions),
    Table("checklist", ("login", "point", "ticked by", "at", "handed over to"), checklist),
    Table("steps", STEPS, steps),
    Table("handovers", ("login", "at", "from", "to", "why"), handovers),
    Table("attestations", ("department", "by", "at", "holders", "sha256 of their logins", "remark"), attestations),
    Table("differences", ("login", "what", "last review", "this review"), differences),
    Table("completeness", ("what", "login", "name", "since", "remark"), completeness),
)
ADDENDA = Table("addenda", ("at", "what", "login", "by", "text", "data"), addenda)
