"""What the printed report of a review shows, in the language that is spoken now: a row for each who was named."""

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from seatwise.reviews import completeness, conflicts, evidence_tables, reading_back, wording
from seatwise.reviews.models import Item, Review, Step

Rows = list[Sequence[str]]


def tables_of(review: Review) -> list[tuple[str, Sequence[str], Rows]]:
    """The tables: a title, headings and rows. Those without rows are left out."""
    every = [
        (_("Decisions and their outcome"), _named_headings(), list(_named(review))),
        (_("Exceptions"), (_("Login name"), _("Kind"), _("Service"), _("From"), _("Until"), _("Performed by")), _texts(
            evidence_tables.exceptions(review))),
        (_("Differences from the previous review"),
            (_("Login name"), _("Difference"), _("Previous review"), _("This review")),
            _texts(evidence_tables.differences(review))),
        (_("Completeness"), (_("Finding"), _("Login name"), _("Name"), _("Since"), _("Remark")), list(_found(review))),
    ]  # fmt: skip
    return [table for table in every if table[2]]


def _named_headings() -> Sequence[str]:
    used = (_("Name"), _("Departments"), _("Last access date"), _("Access days in 30"))
    return (*used, _("Answer"), _("Decision"), _("Reason"), _("Decided by"), _("State"), _("Read back"))


def _named(review: Review) -> Iterator[Sequence[str]]:
    taken = list(Step.objects.filter(review=review, returned_at=None).order_by("pk"))
    for item in Item.objects.of(review).named().for_listing().order_by("facts__login", "pk").iterator(500):
        item.review = review
        yield (
            f"{item.facts['name']} ({item.facts['login']})",
            "; ".join(each["name"] for each in item.facts["departments"]),
            wording.last_access(item),
            wording.access_days(item),
            wording.answer(item),
            wording.decision(item),
            item.decision_reason,
            "; ".join([wording.decided_by(item), *_not_independent(item, taken)]),
            f"{item.get_state_display()}{_remark(item)}",
            reading_back.describe_reading(item),
        )


def _not_independent(item: Item, taken: Sequence[Step]) -> list[str]:
    return [_("not independent – %(why)s") % {"why": text} for text in conflicts.of_item(item, taken)]


def _remark(item: Item) -> str:
    return f" – {_(item.problem)}" if item.problem else ""


def _found(review: Review) -> Iterator[Sequence[str]]:
    for each in completeness.kept(review):
        since = str(each.since or "")
        text = completeness.text_in_words(each)
        yield completeness.kind_in_words(each.kind), each.login, each.name, since, text


def _texts(rows: Iterable[Sequence[object]]) -> Rows:
    return [[str(cell if cell is not None else "") for cell in row] for row in rows]
