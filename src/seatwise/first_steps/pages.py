"""The pages of setting up: a frame around forms and imports that are used every day, too."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from seatwise import configuration
from seatwise.configuration import WrongSetting, today
from seatwise.directory import people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, User
from seatwise.directory.requests import person_of, refusals_on
from seatwise.first_steps import beginnings, seen_logins
from seatwise.first_steps.forms import LogForm, OrganizationForm, PeopleForm, SeatsForm
from seatwise.first_steps.steps import all_steps, next_step
from seatwise.ledger import tasks
from seatwise.ledger.models import LogImport
from seatwise.ledger.words import kept_notice_text
from seatwise.licenses import contract_terms, selection
from seatwise.licenses.models import Change, ChangeDraft, Contract, License
from seatwise.site import kept_settings
from seatwise.site.access import administrators_only, asks_before_changes
from seatwise.site.bodies import size_in_words, takes_files
from seatwise.site.edit_conflicts import saves_in_one_transaction
from seatwise.site.menu import SETTING_UP
from seatwise.site.progress import asks_how_far, in_place

DAY = 24 * 3600  # seconds for which a cookie says at which step somebody is


@administrators_only.page
def start(request: HttpRequest) -> HttpResponse:
    """The step that comes next; after the last, the list."""
    following = next_step(all_steps())
    if following is not None:
        return redirect(following.url_name)
    held = License.objects.held().select_related("service").order_by("-pk").first()
    messages.success(request, _("Your site is set up. Here is who uses it."))
    goal = redirect("monitoring:usage", held.service.code) if held else redirect("monitoring:services")
    goal.delete_cookie(SETTING_UP)
    return goal


@administrators_only.page
def leave(request: HttpRequest) -> HttpResponse:
    """Go on by oneself; the first page leads back."""
    goal = redirect("home")
    goal.delete_cookie(SETTING_UP)
    return goal


@administrators_only
@asks_before_changes
@saves_in_one_transaction
@require_http_methods(["GET", "HEAD", "POST"])
def organization(request: HttpRequest) -> HttpResponse:
    kept_settings.look(now=True)
    person = person_of(request)
    form = OrganizationForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            try:
                kept_settings.change(form.values(), by=person)
            except WrongSetting as error:
                form.add_error(None, str(error))
            else:
                people.change(person, form.person(), by=person, on=today())
                messages.success(request, _("The settings were saved."))
                return redirect("first_steps:organization" if "test" in request.POST else "first_steps:usage")
    return _step(request, 1, "first_steps/organization.html", {"form": form})


@takes_files(
    lambda: configuration.UPLOAD_LIMIT.value(),
    gettext_lazy("Nothing was stored. Read logs of any size with the command seatwise ingest."),
)
@administrators_only.form
def usage(request: HttpRequest) -> HttpResponse:
    """A log is dropped here, and read; a report and cybozu.com have pages of their own."""
    form = LogForm(request.POST or None, request.FILES or None, initial={"service": _first_name()})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            with transaction.atomic():
                service = beginnings.service_named(form.cleaned_data["service"], by=person_of(request))
                source = beginnings.source_for(service, by=person_of(request))
            made = tasks.accept(source, form.given(), by=person_of(request))
            return redirect("first_steps:reading", made.pk)
    latest = LogImport.objects.newest_first().first()
    limit = size_in_words(configuration.UPLOAD_LIMIT.value())
    return _step(request, 2, "first_steps/usage.html", {"form": form, "limit": limit, "latest": latest})


def _first_name() -> str:
    first = Service.objects.order_by("pk").first()
    return first.name if first else ""


@administrators_only.action
def report(request: HttpRequest) -> HttpResponse:
    """Go to where a vendor's report is uploaded, with a service for it."""
    name = request.POST.get("service", "").strip()[:100]
    if not name:
        return redirect("first_steps:usage")
    with refusals_on(request):
        service = beginnings.service_named(name, by=person_of(request))
        return redirect(f"{reverse('ledger:snapshot_add')}?service={service.code}")
    return redirect("first_steps:usage")


@administrators_only.page
@never_cache
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an upload is read, and then who was seen in it."""
    found = get_object_or_404(LogImport.objects.select_related("revision__source"), pk=pk)
    if asks_how_far(request) and not found.is_ended:
        return render(request, "ledger/_progress.html", {"import": found})
    accounts = list(found.accounts.select_related("service").order_by("service")) if found.state == "done" else []
    account = accounts[0] if accounts else None
    context: dict[str, Any] = {
        "import": found,
        "finished": found.is_ended,
        "message": kept_notice_text(found.problem) if found.problem else "",
        "account": account,
        "seen": seen_logins.first_list(account.service) if account else [],
        "number": seen_logins.seen_in(account.service).count() if account else 0,
        "shown": seen_logins.SHOWN,
    }
    return in_place(request, _step(request, 2, "first_steps/reading.html", context))


@administrators_only.form
def people_found(request: HttpRequest) -> HttpResponse:
    """Users from the logins that were found: as a file of people, which is looked at and confirmed as any."""
    form = PeopleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        upload = seen_logins.people_file(form.cleaned_data["leave_out"].splitlines(), by=person_of(request))
        return redirect("directory:import", upload.pk)
    unknown = seen_logins.unknown_logins()
    context = {"form": form, "number": unknown.count(), "some": unknown[: seen_logins.SHOWN]}
    return _step(request, 3, "first_steps/people.html", context)


@administrators_only.form
def seats(request: HttpRequest) -> HttpResponse:
    """How many seats at what price, and who holds one: what that changes is looked at and saved as any change."""
    form = SeatsForm(request.POST or None, initial={"holders": "seen"})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), transaction.atomic():
            service = form.cleaned_data["service"]
            draft = _draft_of_holders(service, form, person_of(request))
            _contract(service, form.terms(), person_of(request))
            return redirect("licenses:draft", draft.pk) if draft else redirect("licenses:file")
    context = {"form": form, "any": Service.objects.exists()}
    return _step(request, 4, "first_steps/seats.html", context)


def _contract(service: Service, terms: dict[str, Any], by: User) -> None:
    """Enter the contract, or change the one there is."""
    if terms["seats"] is None:
        return
    there = Contract.objects.of(service).first()
    if there is None:
        contract_terms.add(service=service, by=by, on=today(), **terms)
    else:
        contract_terms.change(there, by=by, on=today(), **terms)


def _draft_of_holders(service: Service, form: SeatsForm, by: User) -> ChangeDraft | None:
    """A draft that adds those who were chosen and hold none; None where a file says who. Raises Refused for nobody."""
    chosen, department = form.cleaned_data["holders"], form.cleaned_data["department"]
    if chosen == "file":
        return None
    wanted = selection.PeopleFilter(who="others", department=department if chosen == "department" else None)
    ids = selection.chosen(service, by, wanted).ids()
    if chosen == "seen":
        ids = sorted({*ids} & {*seen_logins.people_seen_in(service).values_list("pk", flat=True)})
    if not ids:
        raise Refused(_("No one can get a seat this way. Add people first, or choose others."))
    step = ChangeDraft.step(service.pk, ChangeDraft.What.ADD, ids)
    return ChangeDraft.objects.keep([step], by=by, how=Change.How.SCREEN, back=reverse("first_steps:seats"))


def _step(request: HttpRequest, number: int, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page of the frame. From now on every page leads back to it, until it is left or done."""
    steps = all_steps()
    frame = {"steps": steps, "number": number, "step": steps[number - 1]}
    wrong = request.method == "POST" and "form" in context
    response = render(request, template, frame | context, status=400 if wrong else 200)
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(SETTING_UP, str(number), max_age=DAY, secure=secure, httponly=True, samesite="Lax")
    return response
