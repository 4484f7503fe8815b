"""What a change will do, before it is done; and doing it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from seatwise.configuration import today
from seatwise.directory.changes import Refused
from seatwise.directory.models import sees_all
from seatwise.directory.requests import person_of, refusals_on
from seatwise.licenses import bulk_actions, change_saving, change_undo, hooks
from seatwise.licenses.bulk_actions import ACTIONS, Action, Ticked
from seatwise.licenses.change_saving import NotSaved
from seatwise.licenses.change_warnings import Concern
from seatwise.licenses.forms import confirmation_from
from seatwise.licenses.lines import Recorded, lines
from seatwise.licenses.models import ChangeDraft
from seatwise.licenses.preview import Preview, StepPreview, preview
from seatwise.licenses.seats import find_a_seat
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


def bulk(request: HttpRequest, draft: ChangeDraft) -> HttpResponse:
    """One's own draft of an action; a POST does it, or leaves out those whom a concern is about."""
    person, action = person_of(request), ACTIONS[draft.steps[0]["what"]]
    if not person.changes_things:
        raise PermissionDenied
    of = Ticked.of(draft.steps[0], person, today())
    found = bulk_actions.concerns(action, of)
    back = draft.back or reverse("licenses:users", args=[of.service.code])
    if "leave_out" in request.POST:
        users = [pk for each in found if f"0:{each.key}" == request.POST["leave_out"] for pk in each.users]
        draft.leave_out(0, users)
        return redirect("licenses:draft", draft.pk)
    picking = action.picking(of, request.POST if "pick" in request.POST else None)
    if picking and picking.is_bound:
        if picking.is_valid():
            draft.pick(picking.picked())
            return redirect("licenses:draft", draft.pk)
        given = {"form": action.form(initial=action.initial(of)), "picking": picking, "back": back, "found": found}
        return _shown(request, action, of, given)
    form = action.form(request.POST or None, initial=action.initial(of))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            messages.success(request, _carry_out(draft, action, form.cleaned_data, request))
            return redirect(back)
    return _shown(request, action, of, {"form": form, "picking": picking, "back": back, "found": found})


def _carry_out(draft: ChangeDraft, action: Action, asked: dict[str, Any], request: HttpRequest) -> str:
    """Do what was shown, once. Raises Refused."""
    with transaction.atomic():
        if not ChangeDraft.objects.filter(pk=draft.pk).delete()[0]:
            raise Refused(_("This was done already."))
        of = Ticked.of(draft.steps[0], person_of(request), today())
        found = bulk_actions.concerns(action, of)
        if found or request.POST.get("fingerprint") != bulk_actions.fingerprint(action, of, found):
            raise Refused(_("Something changed in the meantime, so nothing was saved. This is what would be done now."))
        return action.carry_out(of, asked)


def _shown(request: HttpRequest, action: Action, of: Ticked, given: dict[str, Any]) -> HttpResponse:
    form, found = given["form"], given["found"]
    page = asked_page_alone(request, of.ids)
    recorded = Recorded.of(of.service)
    context = {
        **given,
        "service": of.service,
        "heading": action.heading(of),
        "happens": action.happens(of),
        "obstacles": [shown_concern(of, each, can_leave_out=len(of.licenses) > 0) for each in found],
        "mails": action.mails(of, getattr(form, "cleaned_data", {})),
        "fingerprint": bulk_actions.fingerprint(action, of, found),
        "page": page,
        "lines": lines(recorded, list(page.object_list), today()),
        "recorded": recorded,
    }
    is_wrong = form.errors or (given["picking"] and given["picking"].errors)
    status = 409 if form.is_bound and form.non_field_errors() else 400 if is_wrong else 200
    return render(request, "licenses/bulk.html", context, status=status)


NAMED = 20  # people of a concern who are named


def shown_concern(step: StepPreview | Ticked, concern: Concern, can_leave_out: bool) -> dict[str, Any]:
    """A concern with its name as a box has it, and some of the people it is about."""
    visible = [step.people[pk] for pk in concern.users if pk in step.people]
    return {
        "name": f"{step.place}:{concern.key}",
        "text": concern.text,
        "can_leave_out": can_leave_out and bool(concern.users),
        "people": visible[:NAMED],
        "more": max(0, len(visible) - NAMED),
        "way_out": find_a_seat(step.service) if concern.key == "seats" else None,
    }
