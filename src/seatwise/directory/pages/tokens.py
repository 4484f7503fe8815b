"""API tokens: the list, adding one, whose secret is shown once, and revoking one."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from seatwise.configuration import today
from seatwise.directory.models import ApiToken, Scope
from seatwise.directory.models.tokens import MOST_DAYS
from seatwise.directory.person_field import PersonField
from seatwise.directory.requests import person_of, refusals_on
from seatwise.site.access import administrators_and_auditors, administrators_only, asks_before_changes
from seatwise.site.lists import Column, List
from seatwise.site.search import SearchForm, words


def state_of(token: ApiToken) -> str:
    if token.ended_on:
        return _("ended on %(day)s") % {"day": date_format(token.ended_on, "SHORT_DATE_FORMAT")}
    return _("valid") if token.is_in_force(today()) else _("expired")


TOKENS = List(
    heading=gettext_lazy("API tokens"),
    about=gettext_lazy("Programs use a token to read this site’s lists on behalf of its owner."),
    nothing=gettext_lazy("No token matches these filters."),
    icon="key-square",
    actions="directory/_tokens_actions.html",
    template="directory/tokens.html",
    columns=[
        Column(gettext_lazy("Name"), lambda token: token.name),
        Column(gettext_lazy("Starts with"), lambda token: token.shown),
        Column(gettext_lazy("Owner"), lambda token: str(token.owner)),
        Column(gettext_lazy("For"), lambda token: ", ".join(token.scopes)),
        Column(gettext_lazy("Added"), lambda token: token.added_on),
        Column(gettext_lazy("Expires"), lambda token: token.expires_on),
        Column(gettext_lazy("Last used"), lambda token: token.last_used_on),
        Column(gettext_lazy("State"), state_of),
    ],
)


class TokenSearch(SearchForm):
    text = words(gettext_lazy("Name or owner"))


class TokenForm(forms.Form):
    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("What the token is for, such as “BI export”."),
    )
    owner = PersonField(
        label=gettext_lazy("Owner"),
        help_text=gettext_lazy(
            "A token can see what its owner can see, and stops working when the owner is deactivated."
        ),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Valid for (days)"), min_value=1, max_value=MOST_DAYS, initial=90, localize=False
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )


@administrators_and_auditors.page
def tokens(request: HttpRequest) -> HttpResponseBase:
    form = TokenSearch(request.GET)
    found = form.narrow(ApiToken.objects.visible_to(person_of(request))).select_related("owner").newest_first()
    return TOKENS.answer(request, form, found)


@administrators_only
@asks_before_changes
@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a token. The answer shows its secret, the only time that it is seen: nothing redirects, nothing keeps it."""
    initial = {"owner": person_of(request).login, "scopes": [Scope.READ_USAGE]}
    form = TokenForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            token, secret = ApiToken.objects.add(by=person_of(request), on=today(), **form.cleaned_data)
            return render(request, "directory/token_added.html", {"token": token, "secret": secret})
    return render(request, "directory/token_form.html", {"form": form})


@administrators_only.action
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ApiToken.objects.visible_to(person_of(request)).select_related("owner"), pk=pk)
    with refusals_on(request):
        found.revoke(by=person_of(request), on=today())
        messages.success(request, _("The token “%(token)s” was revoked.") % {"token": found})
    return redirect("directory:tokens")
