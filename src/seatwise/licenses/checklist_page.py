"""The checklist of one license, on the page of a person's licenses and on an item of a review."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from seatwise.directory.models import User
from seatwise.directory.person_field import PersonField, seen_by
from seatwise.directory.requests import person_of, refusals_on
from seatwise.licenses import checklists
from seatwise.licenses.models import License


class TickForm(forms.Form):
    point = forms.CharField(max_length=1000)
    successor = PersonField(
        label=gettext_lazy("Handed over to"),
        required=False,
        help_text=gettext_lazy("Type a name or a login name. Empty: there is nothing to hand over."),
    )

    def __init__(self, data: Any = None, *, person: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["successor"].admit(User.objects.all(), seen_by(person))  # type: ignore[attr-defined]


def checklist_page(
    request: HttpRequest, held: License, *, may_tick: bool, back: str, template: str = "licenses/checklist.html"
) -> HttpResponse:
    """The points and who ticked them; on POST, tick one or take that back."""
    person = person_of(request)
    form = TickForm(request.POST or None, person=person)
    if request.method == "POST":
        if not may_tick:
            return render(request, "403.html", status=403)
        with refusals_on(request):
            if "untick" in request.POST:
                checklists.untick(held, request.POST["untick"], by=person)
                return redirect(request.get_full_path())
            if form.is_valid():
                asked = form.cleaned_data
                checklists.tick(held, asked["point"], asked["successor"], by=person)
                return redirect(request.get_full_path())
    points, tried = checklists.points(held), form.data.get("point") if form.is_bound else None
    context = {
        "license": held,
        "points": [
            (each, form if each.text == tried else TickForm(person=person, auto_id=f"point{number}_%s"))
            for number, each in enumerate(points)
        ],
        "left": sum(each.tick is None for each in points),
        "form": form,
        "may_tick": may_tick,
        "back": back,
    }
    return render(request, template, context, status=400 if form.errors else 200)
