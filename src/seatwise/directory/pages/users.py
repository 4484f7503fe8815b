"""People: the list, one of them, adding and editing by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from seatwise.audit.models import Entry
from seatwise.configuration import today
from seatwise.directory import changes, people, person_page
from seatwise.directory.forms import PasswordForm, UserForm, UserSearch
from seatwise.directory.models import DepartmentAdministrator, User, UserQuerySet
from seatwise.directory.requests import person_of, refusals_on, say_saved
from seatwise.site.access import (
    administrators_and_auditors,
    administrators_only,
    ask_unless_recent,
    asks_before_secrets,
    those_who_see_usage,
)
from seatwise.site.edit_conflicts import locked_to_save, saves_in_one_transaction
from seatwise.site.lists import Column, List, by_pk

_ADMINISTERED = Prefetch(
    "departmentadministrator_set",
    DepartmentAdministrator.objects.select_related("department").order_by("department__code"),
)


def _departments(user: User) -> str:
    return "; ".join(str(membership.department) for membership in user.current_memberships)


def _employment(user: User) -> str:
    return f"{user.get_employment_display()} {people.days_text(user.expected_days)}".rstrip()


def _others(user: User) -> str:
    return "; ".join(login.written for login in user.logins.all() if login.folded != user.folded)


def _administered(user: User) -> str:
    return "; ".join(row.department.code for row in user.departmentadministrator_set.all())


USERS = List(
    heading=gettext_lazy("Users"),
    about=gettext_lazy("Everyone in the directory: people, guests, shared and system accounts."),
    nothing=gettext_lazy("No user matches these filters."),
    actions="directory/_users_actions.html",
    link=by_pk("person_directory"),
    columns=[
        Column(gettext_lazy("User"), str),
        Column(gettext_lazy("Login name"), lambda user: user.login),
        Column(gettext_lazy("Departments"), _departments),
        Column(gettext_lazy("Status"), lambda user: user.get_status_display()),
        Column(gettext_lazy("Kind"), lambda user: user.get_kind_display()),
        Column(gettext_lazy("Role"), lambda user: user.get_role_display()),
    ],
)


def _import_list() -> List[User]:
    """All that an import takes: what is exported so is imported again without a change."""
    _user, *shown = USERS.columns
    return replace(
        USERS,
        columns=[
            *shown,
            Column(gettext_lazy("Name"), lambda user: user.name),
            Column(gettext_lazy("E-mail address"), lambda user: user.email),
            Column(gettext_lazy("Employee number"), lambda user: user.employee_number),
            Column(gettext_lazy("Manager"), lambda user: user.manager.login if user.manager else ""),
            Column(gettext_lazy("Employment"), _employment),
            Column(gettext_lazy("Left on"), lambda user: people.day_text(user.left_on)),
            Column(gettext_lazy("Language"), lambda user: user.get_language_display()),
            Column(gettext_lazy("Other login names"), _others),
            Column(gettext_lazy("Responsible person"), lambda user: user.responsible.login if user.responsible else ""),
            Column(gettext_lazy("Administers departments"), _administered),
            *(Column(each.title, _later(each.key)) for each in changes.import_columns),
        ],
    )


def _later(key: str) -> Callable[[User], str]:
    return lambda user: user.later[key]  # type: ignore[attr-defined]


def _with_later(users: Sequence[User]) -> Sequence[User]:
    """With what stands in columns of later apps, some users at once."""
    texts = {column.key: column.texts(users) for column in changes.import_columns}
    for each in users:
        each.later = {key: found.get(each.pk, "") for key, found in texts.items()}  # type: ignore[attr-defined]
    return users


@administrators_and_auditors.page
def users(request: HttpRequest) -> HttpResponseBase:
    form = UserSearch(request.GET)
    return USERS.answer(request, form, _found(request, form).with_departments())


def _found(request: HttpRequest, form: UserSearch) -> "UserQuerySet":
    return form.narrow(User.objects.visible_to(person_of(request))).order_by("name", "pk")  # type: ignore[no-any-return]


@administrators_and_auditors.page
def import_file(request: HttpRequest) -> HttpResponseBase:
    """The same users as a file to be changed and imported again; without `?format=`, their list."""
    form = UserSearch(request.GET)
    if not form.file.asked("format"):
        return redirect(f"{reverse('directory:users')}?{request.GET.urlencode()}")
    found = _found(request, form).select_related("manager", "responsible").prefetch_related("logins", _ADMINISTERED)
    return _import_list().answer(request, form, found.with_departments(), prepare=_with_later, file="users")


@administrators_and_auditors.page
def moved(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where the page of a user was."""
    return person_page.moved(request, "directory", pk)


@require_safe
@those_who_see_usage
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """The tab of a person's page that says what the directory holds."""
    found = person_page.person_or_404(request, "directory", pk)
    memberships = found.membership_set.select_related("department").order_by("until", "-primary", "-since")
    context = {
        **person_page.head(request, found, "directory"),
        "memberships": memberships,
        "logins": found.logins.order_by("written"),
        "administers": found.departmentadministrator_set.select_related("department"),
        "entries": Entry.objects.visible_to(person_of(request)).about(found).newest_first()[:20],
    }
    return render(request, "directory/user.html", context)


@administrators_only.form
def add(request: HttpRequest) -> HttpResponse:
    initial = {"status": "active", "kind": "user", "employment": "full_time", "role": "member", "language": "en"}
    form = UserForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        _ask_before_powers(request, form)
        with refusals_on(form):
            with transaction.atomic():
                added = people.add(form.fields_of_person(), by=person_of(request), on=today())
                added.administer(form.cleaned_data["administers"], by=person_of(request))
            messages.success(request, _("%(name)s was added.") % {"name": added})
            return redirect("person_directory", added.pk)
    return render(request, "directory/user_form.html", {"form": form})


def _ask_before_powers(request: HttpRequest, form: UserForm) -> None:
    """A role, or departments to administer, are given once it is known who gives them."""
    if {"role", "administers"} & {*form.changed_data}:
        ask_unless_recent(request)


@administrators_only.form
@saves_in_one_transaction
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(locked_to_save(request, User.objects.visible_to(person_of(request))), pk=pk)
    form = UserForm(request.POST or None, initial=UserForm.of(found), user=found)
    if request.method == "POST" and form.is_valid():
        _ask_before_powers(request, form)
        with refusals_on(form):
            with transaction.atomic():
                changed = people.change(found, form.fields_of_person(), by=person_of(request), on=today())
                changed |= found.administer(form.cleaned_data["administers"], by=person_of(request))
            say_saved(request, changed)
            return redirect("person_directory", pk)
    return render(request, "directory/user_form.html", {"form": form, "person": found})


@administrators_only
@asks_before_secrets
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User.objects.visible_to(person_of(request)), pk=pk)
    form = PasswordForm(request.POST or None, user=found)
    if request.method == "POST" and form.is_valid():
        found.give_password(form.cleaned_data["password"], by=person_of(request))
        messages.success(request, _("%(name)s has a new password.") % {"name": found})
        return redirect("person_directory", pk)
    return render(request, "directory/password_form.html", {"form": form, "person": found})
