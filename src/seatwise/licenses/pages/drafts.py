"""What a change will do, before it is done; and doing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.models import sees_all
from seatwise.directory.requests import person_of
from seatwise.licenses import change_saving, change_undo, hooks
from seatwise.licenses.bulk_actions import ACTIONS
from seatwise.licenses.change_saving import NotSaved
from seatwise.licenses.forms import confirmation_from
from seatwise.licenses.lines import Recorded, lines
from seatwise.licenses.models import ChangeDraft
from seatwise.licenses.pages.bulk import NAMED, bulk, shown_concern
from seatwise.licenses.preview import Preview, StepPreview, preview
from seatwise.site.access import those_who_change_licenses
from seatwise.site.lists import asked_page_alone


@those_who_change_licenses.form
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """What one's own draft would do; a POST saves it, or leaves out those whom a concern is about."""
    person = person_of(request)
    found = ChangeDraft.objects.visible_to(person).filter(pk=pk).first()
    if found is None:
        return render(request, "licenses/draft_gone.html", status=404)
    if found.change_id is not None:
        return redirect("licenses:change", found.change_id)
    if found.steps[0]["what"] in ACTIONS:
        return bulk(request, found)
    if request.method != "POST":
        return shown(request, found, preview(found.steps, person, today()))
    if "leave_out" in request.POST:
        return left_out(request, found)
    try:
        change = change_saving.save(found, confirmation_from(request.POST), by=person, on=today())
    except NotSaved as refusal:
        return shown(request, found, refusal.preview, refusal.problems)
    messages.success(request, _("This was saved."))
    return redirect("licenses:change", change.pk)


def left_out(request: HttpRequest, found: ChangeDraft) -> HttpResponse:
    """The same draft without those whom a concern is about."""
    concerned = preview(found.steps, person_of(request), today()).concern(request.POST["leave_out"])
    if concerned is not None:
        place, concern = concerned
        found.reason = request.POST.get("reason", "")[:2000]
        found.leave_out(place, concern.users)
    return redirect("licenses:draft", found.pk)


def shown(request: HttpRequest, found: ChangeDraft, seen: Preview, problems: Any = ()) -> HttpResponse:
    first, removals = seen.steps[0], [step for step in seen.steps if not step.adds]
    several = len(seen.steps) > 1
    context = {
        "draft": found,
        "preview": seen,
        "steps": [shown_step(step) for step in seen.steps],
        "first": first,
        "person": next(iter(first.people.values()), None),
        "several": several,
        "problems": problems,
        "reason": request.POST.get("reason", found.reason),
        "ticked": set(request.POST.getlist("confirmed")) if problems else set(),
        "checked": set(request.POST.getlist("checked")) if problems else set(),
        "undo_until": min((change_undo.last_day(each.service, today()) for each in removals), default=None),
        "sees_all": sees_all(person_of(request)),
        "back": found.back or reverse("licenses:users", args=[first.service.code]),
    }
    people = {} if several else shown_people(request, first)
    return render(request, "licenses/preview.html", context | people, status=409 if problems else 200)


def shown_people(request: HttpRequest, step: StepPreview) -> dict[str, Any]:
    """A page of the people of a step."""
    page = asked_page_alone(request, step.ids)
    recorded = Recorded.of(step.service)
    found = lines(recorded, list(page.object_list), today())
    return {"page": page, "lines": found, "recorded": recorded}


def shown_step(step: StepPreview, *, can_leave_out: bool = True) -> dict[str, Any]:
    """A step for the template: its seats as bars, and its concerns with names; whether people can be left out."""
    return {
        "step": step,
        "bars": [bar(step, step.before), bar(step, step.after)],
        "obstacles": [shown_concern(step, each, can_leave_out) for each in step.obstacles],
        "warnings": [shown_concern(step, each, can_leave_out) for each in step.warnings],
        "mails": []
        if step.adds
        else [m for tell in hooks.removal_mails for m in tell(step.service, step.after.free or 0)],
        "questions": [(f"{step.place}:{number}", text) for number, text in enumerate(step.questions)],
        "held": [each.user for each in list(step.licenses.values())[:NAMED]] if step.questions else [],
    }


def bar(step: StepPreview, seats: Any) -> dict[str, Any]:
    """Seats as parts of a bar 1000 wide: held, of which pending."""
    whole = max(seats.contracted or 0, step.before.held, step.after.held, 1)
    held, pending = (seats.held - seats.pending) * 1000 // whole, seats.pending * 1000 // whole
    return {"seats": seats, "held": held, "pending": pending}
