"""Login names that stand in logs: unknown ones, and what was said about others."""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.audit.models import Entry
from seatwise.directory.changes import Refused
from seatwise.directory.forms import GiveForm, LoginSearch
from seatwise.directory.login_suggestions import LoginLine, clear_ones, lines
from seatwise.directory.models import Login, User
from seatwise.directory.person_field import shown
from seatwise.directory.requests import person_of, refusals_on
from seatwise.site.access import administrators_and_auditors, administrators_only, back_to
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
)
NAME = Column[LoginLine](gettext_lazy("Login name"), lambda line: line.login.written)
SEEN: list[Column[LoginLine]] = [
    Column(gettext_lazy("Days seen"), lambda line: line.sighting.days if line.sighting else "", "n"),
    Column(gettext_lazy("Last seen"), lambda line: line.sighting.last if line.sighting else None, "when"),
    Column(gettext_lazy("Source"), lambda line: ", ".join(line.sighting.sources) if line.sighting else ""),
]
UNKNOWN = [NAME, *SEEN, Column[LoginLine](gettext_lazy("Suggestion"), lambda line: suggested(line))]
OTHERS: list[Column[LoginLine]] = [
    NAME,
    Column(gettext_lazy("User"), lambda line: str(line.login.user) if line.login.user else ""),
    Column(gettext_lazy("Kind"), lambda line: line.login.get_kind_display()),
    *SEEN,
]
MOST_LOOKED_AT = 5000  # unknown login names
MOST = 200  # that are assigned together


def suggested(line: LoginLine) -> str:
    """Whose it may be, in words."""
    if line.clear:
        return shown(line.clear)
    names = _(" or ").join(shown(each) for each in line.possible)
    return _("perhaps %(names)s") % {"names": names} if names else ""


@administrators_and_auditors.page
def logins(request: HttpRequest) -> HttpResponseBase:
    """Unknown login names, or those that were declared or given."""
    form = LoginSearch(request.GET)
    found = form.narrow(Login.objects.visible_to(person_of(request)).select_related("user")).order_by("folded")
    shows_others = form.is_valid() and form.cleaned_data["show"]
    return LOGINS.answer(request, form, found, columns=OTHERS if shows_others else UNKNOWN, prepare=lines)


@administrators_and_auditors.form
def suggestions(request: HttpRequest) -> HttpResponse:
    """Unknown login names of which one person is suggested; on POST, assign those that are ticked."""
    if request.method == "POST":
        return _assign(request)
    unknown = Login.objects.visible_to(person_of(request)).unknown().select_related("user").order_by("folded")
    found = clear_ones(list(unknown[:MOST_LOOKED_AT]), MOST + 1)
    context = {"lines": found[:MOST], "more": len(found) > MOST}
    return render(request, "directory/login_suggestions.html", context)


def _assign(request: HttpRequest) -> HttpResponse:
    """Make the login names that were ticked those of the users that were suggested: all or none."""
    ticked = [re.fullmatch(r"([0-9]{1,18}):([0-9]{1,18})", pair) for pair in request.POST.getlist("pair")[:MOST]]
    pairs = [(int(pair[1]), int(pair[2])) for pair in ticked if pair]
    names = Login.objects.visible_to(person_of(request)).unknown().in_bulk([login for login, _user in pairs])
    users = User.objects.visible_to(person_of(request)).in_bulk([user for _login, user in pairs])
    with refusals_on(request):
        if not pairs:
            raise Refused(_("No login name is selected. Select at least one first."))
        if any(login not in names or user not in users for login, user in pairs):
            raise Refused(_("Some of these were assigned in the meantime. Nothing was changed; check again."))
        given = [(names[login].written, users[user]) for login, user in pairs]
        Login.objects.give_each(given, by=person_of(request))
        text = ngettext("%(count)s login name was assigned.", "%(count)s login names were assigned.", len(given))
        return _back(request, text % {"count": len(given)})
    return redirect("directory:login_suggestions")


@administrators_and_auditors.page
def login(request: HttpRequest, pk: int) -> HttpResponse:
    """One login name, and what can be said about it."""
    return _page(request, _found(request, pk), GiveForm())


@administrators_only.action
def give(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    form = GiveForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            found.give_to(form.cleaned_data["person"], by=person_of(request))
            return _back(request, _("“%(login)s” now belongs to %(name)s.") % {"login": found, "name": found.user})
    return _page(request, found, form)


@administrators_only.action
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


@administrators_only.action
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
    [line] = lines([found])
    suggestions = [line.clear] if line.clear else line.possible
    context = {"login": found, "line": line, "suggestions": suggestions, "form": form}
    context |= {"entries": entries, "is_primary": primary}
    return render(request, "directory/login.html", context)


def _back(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return back_to(request, "directory:logins")
