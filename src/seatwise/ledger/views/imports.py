"""Imports of logs: the list, uploading, how far one is, and its account."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from seatwise import configuration
from seatwise.directory.models import Login, User
from seatwise.directory.requests import person_of, refusals_on
from seatwise.ledger import import_removal, tasks
from seatwise.ledger.forms.files import LogsForm
from seatwise.ledger.import_findings import NAMED, SURE
from seatwise.ledger.models import LogImport, ServiceAccount, Source
from seatwise.ledger.words import REASONS, kept_notice_text
from seatwise.lib import days
from seatwise.lib.logins import fold
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.bodies import size_in_words, takes_files
from seatwise.site.lists import Column, List, by_pk
from seatwise.site.progress import asks_how_far, in_place
from seatwise.site.search import SearchForm, choice, one_of
from seatwise.site.words import minute

FINDINGS = {
    "inactive": gettext_lazy("Inactive users with access"),
    "unlicensed": gettext_lazy("Users with access but no license"),
    "perhaps_inactive": gettext_lazy("Users with access on days for which it is unknown whether they were inactive"),
    "perhaps_unlicensed": gettext_lazy(
        "Users with access before licenses for this service were recorded, so it is unknown whether they had one"
    ),
}
UNKNOWN_SHOWN = 20


@dataclass(frozen=True)
class ReasonLine:
    """A reason: what it is called, what it means, how many lines, and the first of them."""

    label: str
    about: str
    count: int
    samples: list[dict[str, Any]]


@dataclass(frozen=True)
class Finding:
    """Login names of people who should not have got in, for sure or perhaps, with whose they are now."""

    title: str
    is_sure: bool
    people: list[tuple[str, User | None]]
    is_cut: bool


class Account:
    def __init__(self, stored: ServiceAccount, person: User) -> None:
        self.stored = stored
        self.service = stored.service
        self.first = days.date_of(stored.first_day) if stored.first_day is not None else None
        self.last = days.date_of(stored.last_day) if stored.last_day is not None else None
        self.unknown = stored.unknown[:UNKNOWN_SHOWN]
        self.unknown_more = stored.unknown_count - len(self.unknown)
        self.findings = list(self._findings(person))

    @property
    def reasons(self) -> list[ReasonLine]:
        """Accesses first, then every other reason."""
        counts = {"access": self.stored.accesses, **self.stored.reasons}
        return [
            ReasonLine(str(label), str(about), counts.get(name, 0), self._samples(name))
            for name, (label, about) in REASONS.items()
        ]

    def _samples(self, reason: str) -> list[dict[str, Any]]:
        return [{**sample, "what": kept_notice_text(sample["what"])} for sample in self.stored.samples.get(reason, [])]

    def _findings(self, person: User) -> "list[Finding]":
        names = [login for found in self.stored.findings.values() for login in found]
        known = Login.objects.visible_to(person).filter(folded__in={fold(name) for name in names})
        owners = {login.folded: login.user for login in known.select_related("user")} if names else {}
        return [
            Finding(str(title), key in SURE, [(name, owners.get(fold(name))) for name in found], len(found) == NAMED)
            for key, title in FINDINGS.items()
            if (found := self.stored.findings.get(key))
        ]


def accounts_of(log_import: LogImport, person: User) -> list[Account]:
    """The accounts of an import, as a person may see them."""
    stored = log_import.accounts.select_related("service").order_by("service")
    return [Account(account, person) for account in stored]


class ImportSearch(SearchForm):
    source = one_of(gettext_lazy("Source"), Source.objects.of_logs(), everything=gettext_lazy("All sources"))
    state = choice(gettext_lazy("State"), LogImport.State.choices)


IMPORTS = List(
    heading=gettext_lazy("Imports"),
    about=gettext_lazy("Logs that were read, with what became of their lines."),
    back=("ledger:sources", gettext_lazy("Sources")),
    nothing=gettext_lazy("No import matches these filters."),
    none_yet=gettext_lazy("There are no imports yet."),
    hint=gettext_lazy("Upload logs on the page of their source."),
    link=by_pk("ledger:import"),
    columns=[
        Column(gettext_lazy("Files"), lambda log_import: log_import.name),
        Column(gettext_lazy("Source"), lambda log_import: log_import.revision.source.name),
        Column(gettext_lazy("Revision"), lambda log_import: log_import.revision.number),
        Column(gettext_lazy("State"), lambda log_import: str(log_import.get_state_display())),
        Column(gettext_lazy("When"), lambda log_import: minute(log_import.asked_at)),
        Column(
            gettext_lazy("Performed by"),
            lambda log_import: str(log_import.asked_by) if log_import.asked_by else "Seatwise",
        ),
    ],
)
LONGEST = 2000  # characters of a reason


@administrators_and_auditors.page
def imports(request: HttpRequest) -> HttpResponseBase:
    form = ImportSearch(request.GET)
    found = form.narrow(LogImport.objects.visible_to(person_of(request))).newest_first()
    return IMPORTS.answer(request, form, found.select_related("revision__source", "asked_by"))


@takes_files(
    lambda: configuration.UPLOAD_LIMIT.value(),
    gettext_lazy("Nothing was stored. Read logs of any size with the command seatwise ingest."),
)
@administrators_only.form
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload logs of a source, to be read by the worker."""
    source = get_object_or_404(Source.objects.visible_to(person_of(request)).of_logs(), pk=pk)
    form = LogsForm()
    limit = size_in_words(configuration.UPLOAD_LIMIT.value())
    if request.method == "POST":
        form = LogsForm(request.POST, request.FILES)
        if form.is_valid():
            made = tasks.accept(source, form.cleaned_data["logs"], by=person_of(request))
            messages.success(request, _("Upload complete. You can leave this page; the log is being read."))
            return redirect("ledger:import", made.pk)
    return render(request, "ledger/upload.html", {"source": source, "form": form, "limit": limit})


def found_import(request: HttpRequest, pk: int) -> LogImport:
    """An import that the person may see."""
    visible = LogImport.objects.visible_to(person_of(request)).select_related("revision__source", "asked_by")
    return get_object_or_404(visible, pk=pk)


@administrators_and_auditors.page
@never_cache
def log_import(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is; when it has ended, its account."""
    found = found_import(request, pk)
    if asks_how_far(request) and not found.is_ended:
        return render(request, "ledger/_progress.html", {"import": found})
    context = {
        "import": found,
        "source": found.revision.source,
        "finished": found.is_ended,
        "message": kept_notice_text(found.problem) if found.problem else "",
        "passed_over": [kept_notice_text(kept) for kept in found.passed_over],
        "remarks": [kept_notice_text(kept) for kept in found.remarks],
        "accounts": accounts_of(found, person_of(request)) if found.is_ended else [],
        "why_not_removed": import_removal.why_not(found),
        "removal_points": import_removal.HAPPENS,
    }
    return in_place(request, render(request, "ledger/import.html", context))


@administrators_only.action
def removing(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out again what one import brought."""
    found = found_import(request, pk)
    with refusals_on(request):
        removed = import_removal.remove(found, by=person_of(request), reason=request.POST.get("reason", "")[:LONGEST])
        said = ngettext(
            "The import was removed. %(count)s access day is no longer counted.",
            "The import was removed. %(count)s access days are no longer counted.",
            removed,
        )
        messages.success(request, said % {"count": number_format(removed, force_grouping=True)})
    return redirect("ledger:import", pk)
