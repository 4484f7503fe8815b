"""Reviews: the list, drafting one with its rule or from a list, cancelling it, and its own page."""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.configuration import today
from seatwise.directory.choices import service_choice
from seatwise.directory.models import Service, User
from seatwise.directory.requests import person_of, refusals_on, say_saved
from seatwise.licenses.forms import ChosenForm
from seatwise.monitoring.filters import NarrowingForm
from seatwise.reviews import approval, opening
from seatwise.reviews.forms import MOST_LOGINS, TOO_MANY_LOGINS, ReviewForm, RuleForm, of_list, query_of
from seatwise.reviews.models import Review, Step
from seatwise.reviews.review_page import Story
from seatwise.reviews.rule_preview import Trial
from seatwise.reviews.rules import Rule
from seatwise.site.access import administrators_only, ask_unless_recent, those_who_carry_reviews
from seatwise.site.edit_conflicts import OPENED, digest, locked_to_save, saves_in_one_transaction
from seatwise.site.lists import Column, List, by_pk
from seatwise.site.search import ALL, SearchForm, choice, words

LONGEST = 2000  # characters of a remark
DUE_AFTER = datetime.timedelta(days=30)


def _progress(review: Review) -> str:
    """How many are decided, and whether it is late. Of reviews with_progress()."""
    if review.as_of is None:
        return ""
    counted = {"decided": review.decided_count, "named": review.named_count}
    if review.is_late(today()) and review.decided_count < review.named_count:
        return _("%(decided)s of %(named)s, overdue") % counted
    return _("%(decided)s of %(named)s") % counted


REVIEWS: List[Review] = List(
    heading=gettext_lazy("Reviews"),
    about=gettext_lazy("Reviews of who holds the seats of a service: from a rule to approved decisions."),
    nothing=gettext_lazy("No review matches these filters."),
    actions="reviews/_reviews_actions.html",
    link=by_pk("reviews:review"),
    columns=[
        Column(gettext_lazy("Review"), lambda review: review.name),
        Column(gettext_lazy("Service"), lambda review: str(review.service)),
        Column(gettext_lazy("State"), lambda review: review.get_state_display()),
        Column(gettext_lazy("Review owner"), lambda review: str(review.owner)),
        Column(gettext_lazy("As of"), lambda review: review.as_of),
        Column(gettext_lazy("Due"), lambda review: review.due),
        Column(gettext_lazy("Decided"), _progress),
    ],
)


class ReviewSearch(SearchForm):
    text = words(gettext_lazy("Name"), "named")
    service = service_choice(everything=ALL)
    state = choice(gettext_lazy("State"), Review.State.choices)


@those_who_carry_reviews.page
def reviews(request: HttpRequest) -> HttpResponseBase:
    """All reviews; for department administrators, those that they own."""
    form = ReviewSearch(request.GET)
    found = form.narrow(Review.objects.told_to(person_of(request))).select_related("service", "owner")
    return REVIEWS.answer(request, form, found.with_progress().newest_first())


@administrators_only.form
def add(request: HttpRequest) -> HttpResponse:
    """Draft a review: the rule is tried as it stands in the address, and saved with what else is needed."""
    rule_form, person, on = RuleForm(request.GET, person_of(request)), person_of(request), today()
    name = _("%(service)s, %(month)s") % {
        "service": rule_form.chosen or "",
        "month": date_format(on, "YEAR_MONTH_FORMAT"),
    }
    initial = {"owner": person, "due": on + DUE_AFTER, "asks_members": True, "name": name}
    form = ReviewForm(request.POST or None, initial=initial, on=on)
    if request.method == "POST" and rule_form.chosen and form.is_valid():
        with refusals_on(form):
            review = opening.draft(by=person, on=on, **form.terms(), **rule_form.terms())
            return redirect("reviews:review", review.pk)
    return _rule_page(request, rule_form, form, None)


@administrators_only.form
@saves_in_one_transaction
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    drafts = Review.objects.owned_by(person_of(request)).in_state("draft")
    review = get_object_or_404(locked_to_save(request, drafts), pk=pk)
    asked, kept = request.GET.copy(), query_of(review.judges_by, review.service, asks_again=review.asks_again)
    opened = "".join(asked.pop(OPENED, []))
    if "service" not in asked:  # no rule in the address: that of the draft, with what else stands there refused
        for name, values in kept.lists():
            asked.setlist(name, values)
    rule_form, on = RuleForm(asked, person_of(request)), today()
    form = ReviewForm(request.POST or None, instance=review, on=on, asked=rule_form)
    if request.method == "POST" and rule_form.chosen and form.is_valid():
        with refusals_on(form):
            changed = opening.change(review, by=person_of(request), on=on, **form.terms(), **rule_form.terms())
            say_saved(request, changed)
            return redirect("reviews:review", review.pk)
    older = form.older_rule(opened, rule_form) if rule_form.chosen and not form.is_bound else []
    if form.is_bound and rule_form.chosen:  # the form shows the draft's rule where only somebody else changed that
        rule_form = RuleForm(QueryDict(form["rule"].data), person_of(request))
    elif older and opened == digest([rule_form.query]):
        rule_form = RuleForm(kept, person_of(request))
    return _rule_page(request, rule_form, form, review, opened=digest([kept.urlencode()]), older=older)


def _rule_page(
    request: HttpRequest, rule_form: RuleForm, form: ReviewForm, review: Review | None, **context: Any
) -> HttpResponse:
    context |= {"rule_form": rule_form, "form": form, "review": review, "service": rule_form.chosen}
    if rule_form.chosen:
        terms = rule_form.terms()
        trial = SimpleLazyObject(lambda: Trial(on=today(), **terms))
        people_url = f"{reverse('reviews:people_of_rule')}?{rule_form.query}"
        context |= {"rule": rule_form.query, "trial": trial, "people_url": people_url}
    wrong = not rule_form.is_valid() or (request.method == "POST" and not form.is_valid())
    # Rendered, and tried, once the view has returned: not in the transaction that saves.
    return TemplateResponse(request, "reviews/rule.html", context, status=400 if wrong else 200)


@those_who_carry_reviews.page
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The story of one review; of a draft, also what its rule would do."""
    person, on = person_of(request), today()
    found = get_object_or_404(
        Review.objects.told_to(person).select_related("service", "owner", "previous", "schedule"), pk=pk
    )
    context = Story(found, person, on).context()
    if found.state == Review.State.DRAFT:
        context["trial"] = Trial(found.service, found.judges_by, on, asks_again=found.asks_again)
        context["people_url"] = reverse("reviews:people", args=[pk])
    return render(request, "reviews/review.html", context)


@those_who_carry_reviews.action
def step(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Take the next of the four steps. Approving asks again who it is."""
    if kind == Step.Kind.APPROVED:
        ask_unless_recent(request)
    found = get_object_or_404(Review.objects.owned_by(person_of(request)), pk=pk)
    text, by = request.POST.get("text", "")[:LONGEST], person_of(request)
    although = "although_waiting" in request.POST
    taking: dict[str, Callable[[], object]] = {
        "proposed": lambda: approval.propose(found, by=by, text=text, looked_again="looked_again" in request.POST),
        "approved": lambda: approval.approve(found, by=by, text=text),
        "confirmed": lambda: approval.confirm(found, by=by, text=text, although_waiting=although),
    }
    if kind not in taking:
        raise Http404
    with refusals_on(request):
        taking[kind]()
        messages.success(request, _("The step was recorded."))
    return redirect("reviews:review", pk)


@those_who_carry_reviews.action
def returning(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not approve: those who decide look again."""
    found = get_object_or_404(Review.objects.owned_by(person_of(request)), pk=pk)
    with refusals_on(request):
        approval.return_(found, by=person_of(request), reason=request.POST.get("text", "")[:LONGEST])
        messages.success(request, _("The decisions were returned and can be changed again."))
    return redirect("reviews:review", pk)


@those_who_carry_reviews.action
def cancelling(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Review.objects.owned_by(person_of(request)), pk=pk)
    with refusals_on(request):
        approval.cancel(found, by=person_of(request), reason=request.POST.get("reason", "")[:LONGEST], on=today())
        messages.success(request, _("The review was cancelled. It changed nothing."))
    return redirect("reviews:review", pk)


@administrators_only.action
def from_list(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a new review with its rule. Refused where the list shows what no rule of today could select."""
    person = person_of(request)
    service = get_object_or_404(Service.objects.visible_to(person), code=code)
    listed = QueryDict(request.POST.get("query", ""))
    form = ChosenForm(_with_what(request.POST))
    is_usage, everything = request.POST.get("source") != "users", form.is_valid() and form.cleaned_data["everything"]
    back = f"{reverse('monitoring:usage' if is_usage else 'licenses:users', args=[code])}?{listed.urlencode()}"
    if not is_usage or ("user" in request.POST and not everything):
        ticked: list[int] = []
        with refusals_on(request):
            ticked = form.ids(service, person) if form.is_valid() else []
        if len(ticked) > MOST_LOGINS:
            messages.error(request, TOO_MANY_LOGINS % {"most": MOST_LOGINS})
            return redirect(back)
        logins = User.objects.visible_to(person).filter(pk__in=ticked).values_list("folded", flat=True)
        if not logins:
            messages.error(
                request, _("None of the people you selected are on the list any more, so no one was selected.")
            )
            return redirect(back)
        query = query_of(Rule(logins=tuple(sorted(logins))), service)
    else:
        query = of_list(listed)
        query["service"] = code
        for name in ("page", "format"):
            query.pop(name, None)
        if problem := _why_not(NarrowingForm(listed, person, service), listed):
            messages.error(request, problem)
            return redirect(back)
    return redirect(f"{reverse('reviews:add')}?{query.urlencode()}")


def _with_what(posted: QueryDict) -> QueryDict:
    """What was ticked, without a license change that somebody wants."""
    found = posted.copy()
    found["what"] = "remove"
    return found


def _why_not(form: NarrowingForm, listed: QueryDict) -> str:
    """Why the list cannot become a rule; empty where it can."""
    if not form.is_valid():
        return _("These filters aren’t valid, so no one was selected.")
    if listed.get("as_of"):
        return _("The list shows another day, but a review uses today. Clear “As of” first, or select the people.")
    return ""
