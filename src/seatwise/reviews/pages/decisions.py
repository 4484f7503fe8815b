"""The working list of whoever decides in a review, and answering for whom its question did not reach (代理回答)."""

from collections.abc import Collection
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.models import sees_all
from seatwise.directory.requests import person_of, refusals_on
from seatwise.enquiries import answers
from seatwise.enquiries.forms import AnswerForm
from seatwise.enquiries.models import Enquiry, Via
from seatwise.licenses.checklist_page import checklist_page
from seatwise.licenses.models import Policy
from seatwise.reviews import approval, item_decisions, wording
from seatwise.reviews.decision_forms import DecisionForm, ItemSearch, waiting_for_a_seat
from seatwise.reviews.lines import DECIDING, ItemLine
from seatwise.reviews.models import Decision, Item, Review, Step
from seatwise.reviews.pages.decider_common import decided_message, for_deciders, keys_of, own_item, review_of
from seatwise.reviews.pages.deciding_many import confirmation
from seatwise.reviews.recommendations import recommend
from seatwise.site.lists import AT_ONCE, ON_A_PAGE, Listing


@for_deciders.form
def deciding_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What is to be decided, and deciding."""
    review = review_of(request, pk)
    if request.method == "POST":
        return _decide(request, review)
    return _page(request, review, _search(request, review))


def _search(request: HttpRequest, review: Review) -> ItemSearch:
    return ItemSearch(request.GET, Item.objects.of(review).named().to_decide_by(person_of(request)))


def _decide(request: HttpRequest, review: Review) -> HttpResponseBase:
    """Decide about one license, or about those that are ticked; all that fit are shown first."""
    person, on, search = person_of(request), today(), _search(request, review)
    in_bulk = "in_bulk" in request.POST
    keys = keys_of(request)
    form = DecisionForm(request.POST, review=review, person=person)
    wrong = "" if form.is_valid() else form.wrong
    at_once = bool(cast(Any, request).htmx) and not in_bulk
    if not wrong and in_bulk and "everything" in request.POST and search.is_valid():
        items = search.narrowed().for_deciding().by_name().iterator(AT_ONCE)
        return confirmation(request, review, [(item, form.wanted) for item in items])
    if not wrong and not keys:
        wrong = _("Select the people to decide about first.")
    if not wrong:
        try:
            decided = item_decisions.decide(review, keys, form.wanted, by=person, on=on, in_bulk=in_bulk)
        except Refused as refusal:
            wrong = str(refusal)
        else:
            if at_once:
                line = ItemLine(decided[0], recommend(decided[0]))
                return render(request, "reviews/_decision_saved.html", {"line": line, **_about(request, review, False)})
            messages.success(request, decided_message(review, decided, person))
            return redirect(f"{request.get_full_path()}#{_next(request)}")
    if at_once:
        asked = {"key": request.POST.get("item", ""), "typed": request.POST.get("login", "")}
        refused = {**asked, "refused": wrong, "candidates": form.candidates}
        return render(request, "reviews/_decision_state.html", refused, status=400)
    messages.error(request, wrong)
    return _page(request, review, search, form)


def _next(request: HttpRequest) -> str:
    following = request.POST.get("next", "")
    return f"item-{following}" if following.isascii() and following.isdigit() else "items"


def _page(
    request: HttpRequest, review: Review, search: ItemSearch, refused: DecisionForm | None = None
) -> HttpResponseBase:
    def beside(listing: Listing) -> dict[str, Any]:
        about = _about(request, review, refused is not None)
        waiting = {each.person.login for each in about["requests"]}
        lines = _lines(request, list(listing.page.object_list), waiting, refused)
        return {"page": listing.page, "lines": lines, **about}

    rows = search.narrowed().for_listing().by_name()
    return DECIDING.answer(request, search, rows, beside, status=400 if refused else 200)


def _about(request: HttpRequest, review: Review, refused: bool) -> dict[str, Any]:
    person = person_of(request)
    mine = Item.objects.of(review).named().to_decide_by(person)
    steps_taken = approval.steps_of(review)
    return {
        "review": review,
        "counts": _counts(mine, Item.objects.of(review).named()),
        "requests": waiting_for_a_seat(review, person),
        "has_checklist": bool(Policy.of(review.service).questions),
        "may_decide": review.state == Review.State.OPEN and not steps_taken,
        "decision_choices": Decision.choices,
        "steps": [(kind.label, steps_taken.get(kind)) for kind in Step.Kind],
        "current_step": next((kind.label for kind in Step.Kind if kind not in steps_taken), ""),
        "own": own_item(review, person),
        "afterwards": list(mine.contradicted().select_related("user").by_name()[:ON_A_PAGE]),
        "not_named": Item.objects.of(review).not_named().to_decide_by(person).count(),
        "late": review.is_late(today()),
        "bulk": request.POST if refused and "in_bulk" in request.POST else {},
        "sees_story": sees_all(person),
    }


def _counts(mine: Any, everybody: Any) -> dict[str, int]:
    counted = {"mine": mine.count(), "to_do": mine.undecided().count(), "all": everybody.count()}
    return counted | {"decided": counted["mine"] - counted["to_do"], "open": everybody.undecided().count()}


def _lines(
    request: HttpRequest, items: list[Item], waiting: Collection[str], refused: DecisionForm | None
) -> list[ItemLine]:
    asked = [item.enquiry_id for item in items if item.enquiry_id]
    others = Enquiry.objects.answerable_for_others_by(person_of(request)).filter(pk__in=asked)
    answerable = set(others.values_list("pk", flat=True)) if asked else set()
    tried = keys_of(request) if refused else {}
    in_bulk = "in_bulk" in request.POST
    lines = []
    for item in items:
        line = ItemLine(item, recommend(item), item.enquiry_id in answerable, waiting=waiting)
        if item.pk in tried and in_bulk:
            line.ticked = True
        elif item.pk in tried:
            line.tried = {key: str(value) for key, value in request.POST.items()}
            line.candidates = refused.candidates if refused else ()
        lines.append(line)
    return lines


@for_deciders.action
def proposing(request: HttpRequest, pk: int) -> HttpResponse:
    """All is decided: ask for approval."""
    review = review_of(request, pk)
    text = request.POST.get("text", "")[:2000]
    with refusals_on(request):
        approval.propose(review, by=person_of(request), text=text, looked_again="looked_again" in request.POST)
        messages.success(request, _("The decisions were submitted. Someone else approves them next."))
    return redirect("reviews:deciding", review.pk)


@for_deciders.form
def checklist(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """What the holder of a license holds in the service, for whoever decides about it."""
    mine = Item.objects.named().under_way().filter(review=pk).to_decide_by(person_of(request))
    found = get_object_or_404(mine.select_related("license__user", "license__service"), pk=item)
    back = f"{reverse('reviews:deciding', args=[pk])}#item-{found.pk}"
    return checklist_page(request, found.license, may_tick=True, back=back, template="reviews/checklist.html")


@for_deciders.form
def answering(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """The question as it was put, and the answer in somebody's place."""
    person, on = person_of(request), today()
    mine = Item.objects.named().under_way().filter(review=pk).to_decide_by(person).for_listing()
    found = get_object_or_404(mine.exclude(enquiry=None), pk=item)
    answerable = Enquiry.objects.answerable_for_others_by(person).filter(pk=found.enquiry_id or 0)
    enquiry = answerable.for_reading().first()
    back = reverse("reviews:deciding", args=[pk])
    if enquiry is None:
        messages.error(
            request, _("Someone already answered for %(name)s, or they can be asked.") % {"name": found.user}
        )
        return redirect(back)
    form = AnswerForm(request.POST or None, enquiry=enquiry, on=on, via=Via.ON_BEHALF)
    if request.method == "POST" and form.is_valid():
        given = form.given
        with refusals_on(request):
            answers.reply(
                enquiry, given.answer, reason=given.reason, until=given.until, by=person, via=Via.ON_BEHALF, on=on
            )
            messages.success(request, _("You answered for %(name)s, who will be notified.") % {"name": found.user})
        return redirect(f"{back}#item-{found.pk}")
    words = {
        "last_access": wording.last_access(found),
        "access_days": wording.access_days(found),
        "answer": wording.answer(found),
    }
    context = {"item": found, "review": found.review, "form": form, "words": words, "back": back}
    return render(request, "reviews/decide_for.html", context, status=400 if form.errors else 200)
