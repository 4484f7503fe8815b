"""Resetting the second factors of somebody who lost theirs: by another administrator."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from seatwise.accounts import factors
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.directory.requests import person_of
from seatwise.site.access import administrators_only
from seatwise.site.reauthentication import asks_before_changes

LONGEST = 500


class ResetForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST,
        help_text=gettext_lazy("How you know that it is them who ask. It stands in the audit log and in the mail."),
    )


@administrators_only
@asks_before_changes
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody has, and taking it from them."""
    person = get_object_or_404(User.objects.visible_to(person_of(request)), pk=pk)
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            factors.reset(person, by=person_of(request), reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The second factors of %(name)s were reset.") % {"name": person})
            return redirect("directory:user", pk)
    found = list(factors.of(person).order_by("created_at"))
    context = {"person": person, "form": form, "factors": found, "is_oneself": person == person_of(request)}
    return render(request, "accounts/factor_reset.html", context)
