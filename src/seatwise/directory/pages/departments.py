"""Departments: the tree, adding, renaming and moving by hand."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.forms import DepartmentForm, TextSearch
from seatwise.directory.models import Department
from seatwise.directory.requests import person_of, refusals_on, say_saved
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.edit_conflicts import saves_in_one_transaction
from seatwise.site.lists import Column, List, by_pk

DEPARTMENTS = List(
    heading=gettext_lazy("Departments"),
    about=gettext_lazy(
        "Departments are identified by their codes: names and positions may change, members and history stay."
    ),
    nothing=gettext_lazy("No department matches these filters."),
    actions="directory/_departments_actions.html",
    link=by_pk("directory:department"),
    columns=[
        Column(gettext_lazy("Department"), lambda department: department.full_name),
        Column(gettext_lazy("Code"), lambda department: department.code),
        Column(gettext_lazy("Users"), lambda department: department.members),
    ],
)


@administrators_and_auditors.page
def departments(request: HttpRequest) -> HttpResponseBase:
    """The tree, as a list of full names."""
    form = TextSearch(request.GET)
    found = form.narrow(Department.objects.visible_to(person_of(request))).in_tree_order()
    counted = found.annotate(members=Count("membership", filter=Q(membership__until=None)))
    return DEPARTMENTS.answer(request, form, counted)


@administrators_only.form
def add(request: HttpRequest) -> HttpResponse:
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with refusals_on(form):
            Department.objects.add(by=person_of(request), **asked)
            messages.success(request, _("%(name)s was added.") % {"name": asked["name"]})
            return redirect("directory:departments")
    return render(request, "directory/department_form.html", {"form": form})


@administrators_and_auditors.form
@saves_in_one_transaction
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        Department.objects.lock()
    found = get_object_or_404(Department.objects.visible_to(person_of(request)), pk=pk)
    initial = {"name": found.name, "parent": found.parent_id, "order": found.order}
    form = DepartmentForm(request.POST or None, initial=initial, department=found)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            changed = found.change(by=person_of(request), **form.cleaned_data)
            say_saved(request, changed)
            return redirect("directory:departments")
    return render(request, "directory/department_form.html", {"form": form, "department": found})


@administrators_only.action
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a department that never had anybody."""
    found = get_object_or_404(Department.objects.visible_to(person_of(request)), pk=pk)
    with refusals_on(request):
        found.remove(by=person_of(request))
        messages.success(request, _("%(name)s was removed.") % {"name": found.full_name})
        return redirect("directory:departments")
    return redirect("directory:department", pk)
