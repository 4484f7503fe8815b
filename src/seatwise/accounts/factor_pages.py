"""The pages of second factors: allauth's views, which here write down and tell what was done in one transaction."""

import time
from typing import Any, cast

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from seatwise.accounts import codes, factors
from seatwise.accounts.factor_adapter import is_readable
from seatwise.directory.models import User
from seatwise.directory.requests import person_of, refusals_on
from seatwise.site.access import administrators_only, asks_before_changes, everybody

SHOWN_FOR = 10 * 60  # seconds for which new recovery codes can be seen, in the session in which they were made
_SHOWN_UNTIL = "recovery_codes_shown_until"
LONGEST = 500


@everybody.page
def index(request: HttpRequest) -> HttpResponse:
    """What somebody has, and what they can set up."""
    found = list(factors.of(request.user).order_by("created_at"))
    context = {
        "app": next((each for each in found if each.type == factors.Type.TOTP), None),
        "passkeys": [each for each in found if each.type == factors.Type.WEBAUTHN],
        "codes_left": factors.codes_left(request.user),
        "few": factors.FEW_CODES,
        "has_one": any(each.type in factors.ALONE for each in found),
        "is_required": factors.are_required_of(request.user),
        "unreadable": not all(is_readable(each) for each in found),
    }
    return render(request, "mfa/index.html", context)


class SetUpApp(totp.ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    def form_valid(self, form: Any) -> HttpResponse:
        """It is set up, with recovery codes if there were none."""
        with transaction.atomic():
            response = super().form_valid(form)
            factor = factors.of(self.request.user).get(type=factors.Type.TOTP)
            codes.used(factor, form.counter)
            factors.added(factor)
            _with_codes(self.request, made=self.did_generate_recovery_codes)
        return cast(HttpResponse, response)


class RemoveApp(totp.DeactivateTOTPView):  # type: ignore[misc]  # allauth has no types
    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            factors.removed(self.authenticator)
            return cast(HttpResponse, super().form_valid(form))


class AddPasskey(webauthn.AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    def form_valid(self, form: Any) -> HttpResponse:
        """It is added, with recovery codes if there were none."""
        with transaction.atomic():
            response = super().form_valid(form)
            factors.added(factors.of(self.request.user).filter(type=factors.Type.WEBAUTHN).latest("pk"))
            _with_codes(self.request, made=self.did_generate_recovery_codes)
        return cast(HttpResponse, response)


class RemovePasskey(webauthn.RemoveWebAuthnView):  # type: ignore[misc]  # allauth has no types
    def form_valid(self, form: Any) -> HttpResponse:
        """It is removed, unless it is needed."""
        factor = self.get_object()
        if not factors.may_be_removed(factor):
            messages.error(self.request, _("Your role requires a second factor, and this is your only one."))
            return HttpResponseRedirect(reverse("mfa_index"))
        with transaction.atomic():
            factors.removed(factor)
            return cast(HttpResponse, super().form_valid(form))


class RenamePasskey(webauthn.EditWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Call a passkey something else."""

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            before = str(self.get_object())
            response = super().form_valid(form)
            factors.renamed(form.instance, before)
        return cast(HttpResponse, response)


class MakeCodes(recovery.GenerateRecoveryCodesView):  # type: ignore[misc]  # allauth has no types
    def form_valid(self, form: Any) -> HttpResponse:
        """There are new ones, and the old ones are worth nothing."""
        with transaction.atomic():
            response = super().form_valid(form)
            _with_codes(self.request, made=True)
        return cast(HttpResponse, response)


def _with_codes(request: HttpRequest, *, made: bool) -> None:
    if made:
        factors.codes_made(request.user)
        request.session[_SHOWN_UNTIL] = time.time() + SHOWN_FOR


@never_cache
@everybody.page
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, which nobody sees later; then how many are left."""
    shown = _shown(request)
    context = {"codes": shown, "left": factors.codes_left(request.user), "few": factors.FEW_CODES}
    return render(request, "mfa/recovery_codes/index.html", context)


@never_cache
@everybody.page
def recovery_codes_file(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    shown = _shown(request)
    if not shown:
        raise Http404
    response = render(request, "mfa/recovery_codes/download.txt", {"codes": shown}, content_type="text/plain")
    response["Content-Disposition"] = 'attachment; filename="seatwise-recovery-codes.txt"'
    return response


def _shown(request: HttpRequest) -> list[str]:
    """The codes, while they may be seen; in groups of digits."""
    if time.time() > request.session.get(_SHOWN_UNTIL, 0):
        return []
    found = factors.of(request.user).filter(type=factors.Type.RECOVERY_CODES).first()
    return [f"{code[:5]} {code[5:]}" for code in found.wrap().get_unused_codes()] if found else []


class ConfirmByPasskey(webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Somebody who is signed in shows that it is them."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Here again, and not at the form for signing in."""
        return cast(HttpResponse, self.render_to_response(self.get_context_data(form=form)))


make_codes = MakeCodes.as_view()
set_up_app = SetUpApp.as_view()
remove_app = RemoveApp.as_view()
add_passkey = AddPasskey.as_view()
remove_passkey = RemovePasskey.as_view()
rename_passkey = RenamePasskey.as_view()
confirm_by_passkey = ConfirmByPasskey.as_view()
sign_in_by_passkey = webauthn.LoginWebAuthnView.as_view()
authenticate = base.AuthenticateView.as_view()
confirm_by_code = base.ReauthenticateView.as_view()


class ResetForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST,
        help_text=gettext_lazy(
            "How you verified that the request came from them. Shown in the audit log and in the email to them."
        ),
    )


@administrators_only
@asks_before_changes
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody has, and taking it from them."""
    person = get_object_or_404(User.objects.visible_to(person_of(request)), pk=pk)
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            factors.reset(person, by=person_of(request), reason=form.cleaned_data["reason"])
            messages.success(request, _("The second factors of %(name)s were reset.") % {"name": person})
            return redirect("person_directory", pk)
    found = list(factors.of(person).order_by("created_at"))
    context = {"person": person, "form": form, "factors": found, "is_oneself": person == person_of(request)}
    return render(request, "accounts/factor_reset.html", context)
