"""Login names that stand in logs: unknown ones, and what was said about others."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.directory.forms import GiveForm, LoginSearch
from seatwise.directory.models import Login
from seatwise.directory.refusals import refusals_on
from seatwise.directory.requests import person_of
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.lists import Column, List, by_pk

LOGINS = List(
    heading=gettext_lazy("Logins"),
    about=gettext_lazy(
        "Login names found in logs. Access by an unknown login name is kept, and counts once the name"
        " is assigned to a user."
    ),
    nothing=gettext_lazy("No login name matches these filters."),
    actions="directory/_logins_actions.html",
    link=by_pk("directory:login"),
    columns=[
        Column(gettext_lazy("Login name"), lambda login: login.written),
        Column(gettext_lazy("User"), lambda login: str(login.user) if login.user else ""),
        Column(gettext_lazy("Kind"), lambda login: login.get_kind_display()),
    ],
)


@administrators_and_auditors
@require_safe
def logins(request: HttpRequest) -> HttpResponseBase:
    """Unknown login names, or those that were declared or given."""
    form = LoginSearch(request.GET)
    found = form.narrow(Login.objects.visible_to(person_of(request)).select_related("user")).order_by("folded")
    return LOGINS.answer(request, form, found)


@administrators_and_auditors
@require_safe
def login(request: HttpRequest, pk: int) -> HttpResponse:
    """One login name, and what can be said about it."""
    return _page(request, _found(request, pk), GiveForm())


@administrators_only
@require_POST
def give(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    form = GiveForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            found.give_to(form.cleaned_data["person"], by=person_of(request))
            return _back(request, _("“%(login)s” now belongs to %(name)s.") % {"login": found, "name": found.user})
    return _page(request, found, form)


@administrators_only
@require_POST
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it is a program's or a guest's."""
    found = _found(request, pk)
    kind = request.POST.get("kind", "")
    with refusals_on(request):
        if kind not in (Login.Kind.PROGRAM, Login.Kind.GUEST):
            raise Refused(_("A login name can only be marked as a program or a guest. Nothing was changed."))
        found.declare(kind, by=person_of(request))
        said = _("“%(login)s” was marked as: %(kind)s.") % {"login": found, "kind": found.get_kind_display()}
        return _back(request, said)
    return redirect("directory:login", pk)


@administrators_only
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo what was said about it."""
    found = _found(request, pk)
    with refusals_on(request):
        found.release(by=person_of(request))
        return _back(request, _("“%(login)s” is unknown again.") % {"login": found})
    return redirect("directory:login", pk)


def _found(request: HttpRequest, pk: int) -> Login:
    visible = Login.objects.visible_to(person_of(request)).select_related("user")
    return get_object_or_404(visible, pk=pk)


def _page(request: HttpRequest, found: Login, form: GiveForm) -> HttpResponse:
    entries = Entry.objects.visible_to(person_of(request)).about(found).newest_first()[:20]
    primary = found.user is not None and found.user.folded == found.folded
    context = {"login": found, "form": form, "entries": entries, "is_primary": primary}
    return render(request, "directory/login.html", context)


def _back(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("directory:logins")
