"""Sources: the list, one of them, adding and changing, trying lines, taking the facts of a revision out."""

import datetime
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache

from seatwise.audit.models import Entry
from seatwise.directory.choices import service_choice
from seatwise.directory.models import Service
from seatwise.directory.requests import person_of, refusals_on, say_saved
from seatwise.ledger import lost_lines
from seatwise.ledger.coverage_calendar import calendars_of
from seatwise.ledger.fact_merge import forget
from seatwise.ledger.forms.files import TrialForm
from seatwise.ledger.forms.sources import SourceForm
from seatwise.ledger.freshness import Freshness, freshness_of
from seatwise.ledger.line_check import try_lines
from seatwise.ledger.models import Coverage, LogImport, Revision, Snapshot, Source
from seatwise.ledger.rule_text import changes_in_words, rule_text, services_in_words
from seatwise.ledger.words import notice_text
from seatwise.ledger.zones import organization_zone, today
from seatwise.lib import days
from seatwise.logs.fields import FormatError
from seatwise.logs.named_formats import NAMED
from seatwise.logs.wrappers import WRAPPERS
from seatwise.site.access import administrators_and_auditors, administrators_only
from seatwise.site.edit_conflicts import locked_to_save, saves_in_one_transaction
from seatwise.site.lists import Column, List, by_pk
from seatwise.site.search import SearchForm, words
from seatwise.site.words import minute

SHOWN = 10


def with_states(sources: "QuerySet[Source]") -> "QuerySet[Source]":
    """The sources, each with `now`, its revision in force, and what the functions below look at. Three more queries."""
    in_force = Revision.objects.in_force().prefetch_related("servings__service")
    done = LogImport.objects.filter(revision__source=OuterRef("pk"), state=LogImport.State.DONE)
    last_import = Subquery(done.order_by("-asked_at").values("asked_at")[:1])
    found: QuerySet[Source] = sources.with_last_covered_day().annotate(last_import=last_import)  # type: ignore[attr-defined]
    return found.prefetch_related(Prefetch("revisions", queryset=in_force, to_attr="now"))


def revision_of(source: Any) -> Revision:
    """The revision in force of a source with its state."""
    revision: Revision = source.now[0]
    return revision


def services_of(source: Any) -> str:
    """The services of a source with its state, in words."""
    return ", ".join(sorted(serving.service.name for serving in revision_of(source).servings.all()))


def last_covered_day(source: Source) -> datetime.date | None:
    """The last covered day of a source with its state."""
    return None if source.last_covered_day is None else days.date_of(source.last_covered_day)


def _format(source: Source) -> str:
    return revision_of(source).format if source.kind == Source.Kind.LOG else str(source.get_kind_display())


class SourceSearch(SearchForm):
    text = words(gettext_lazy("Name or code"))
    service = service_choice("serving")


SOURCES = List(
    heading=gettext_lazy("Sources"),
    about=gettext_lazy("Where access data comes from: server logs and vendor reports. Only days are stored."),
    nothing=gettext_lazy("No source matches these filters."),
    actions="ledger/_sources_actions.html",
    link=by_pk("ledger:source"),
    template="ledger/sources.html",
    columns=[
        Column(
            gettext_lazy("Source"),
            lambda source: source.name,
            small=lambda source: source.code,
            small_title=gettext_lazy("Code"),
        ),
        Column(gettext_lazy("Services"), services_of),
        Column(gettext_lazy("Format"), _format),
        Column(gettext_lazy("Revision"), lambda source: revision_of(source).number),
        Column(gettext_lazy("Sign-in verified"), lambda source: _("yes") if source.verified else _("no")),
        Column(gettext_lazy("Last import"), lambda source: minute(source.last_import), "when"),
        Column(gettext_lazy("Last covered day"), last_covered_day, "when"),
        Column(gettext_lazy("Retired on"), lambda source: source.retired_on),
    ],
)


@administrators_and_auditors.page
def sources(request: HttpRequest) -> HttpResponseBase:
    form = SourceSearch(request.GET)
    found = form.narrow(Source.objects.visible_to(person_of(request))).order_by("name", "code")
    context = {"any": Source.objects.exists(), "any_service": Service.objects.exists()}
    return SOURCES.answer(request, form, with_states(found), context)


@administrators_and_auditors.page
def formats(request: HttpRequest) -> HttpResponse:
    """The formats that can be read, with an example of each."""
    shown = [(named, _(named.about.value)) for named in NAMED.values()]
    return render(request, "ledger/formats.html", {"formats": shown, "wrappers": WRAPPERS.values()})


@administrators_and_auditors.page
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One source: how it is read, what it covers, what was imported."""
    return page_of(request, found_source(request, pk), TrialForm())


def found_source(request: HttpRequest, pk: int) -> Source:
    """A source that the person may see."""
    found: Source = get_object_or_404(Source.objects.visible_to(person_of(request)), pk=pk)
    return found


def page_of(request: HttpRequest, found: Source, form: TrialForm) -> HttpResponse:
    """The page of a source, with the form to paste lines."""
    person = person_of(request)
    revision = found.revision
    imports = LogImport.objects.visible_to(person).of(found).newest_first()
    snapshots = Snapshot.objects.visible_to(person).filter(revision__source=found).newest_first()
    context = {
        "source": found,
        "revision": revision,
        "rules": list(rule_text(revision)) if found.kind == Source.Kind.LOG else [],
        "services": services_in_words(revision),
        "lost": lost_lines.of(found)[:SHOWN],
        "calendars": calendars_of(found, today()),
        "freshness": freshness_by_service(found, revision),
        "revisions": found.revisions.select_related("begun_by").order_by("-number"),
        "imports": imports.select_related("asked_by", "revision")[:SHOWN],
        "snapshots": snapshots.select_related("service", "imported_by")[:SHOWN],
        "form": form,
        "entries": Entry.objects.visible_to(person).about(found).newest_first()[:SHOWN],
    }
    return render(request, "ledger/source.html", context)


def freshness_by_service(found: Source, revision: Revision) -> list[tuple[Service, list[Freshness]]]:
    """How fresh what it says of each service is; nothing of one that is retired."""
    services = [serving.service for serving in revision.servings.select_related("service").order_by("service__name")]
    fresh = freshness_of(services)
    own = [(service, [each for each in fresh[service.pk] if each.source == found]) for service in services]
    return [(service, some) for service, some in own if some]


@administrators_only.form
def add(request: HttpRequest) -> HttpResponse:
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            rules = form.rules()
            assert rules is not None
            code = form.cleaned_data["code"]
            added = Source.objects.add(code=code, rules=rules, by=person_of(request), **form.own())
            messages.success(request, _("%(name)s was added.") % {"name": added})
            return redirect("ledger:source", added.pk)
    return render(request, "ledger/source_form.html", {"form": form, "zone": organization_zone()})


@administrators_only.form
@saves_in_one_transaction
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a source. Other rules begin a revision, which is said and must be confirmed first."""
    found = get_object_or_404(locked_to_save(request, Source.objects.visible_to(person_of(request))), pk=pk)
    form = SourceForm(request.POST or None, source=found)
    revision = found.revision
    context = {"form": form, "source": found, "revision": revision, "zone": organization_zone()}
    if request.method == "POST" and form.is_valid():
        rules, before = form.rules(), revision.rules()
        begins = rules is not None and rules.described() != before.described()
        if begins and request.POST.get("begins") != form.fingerprint():
            assert rules is not None
            context |= {"changes": changes_in_words(before, rules), "begins": form.fingerprint()}
            return render(request, "ledger/source_form.html", context)
        with refusals_on(form):
            changed = found.change(by=person_of(request), rules=rules, **form.own())
            say_saved(request, changed)
            return redirect("ledger:source", pk)
    return render(request, "ledger/source_form.html", context)


@administrators_only.action
@never_cache
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """What becomes of pasted lines. Nothing is stored."""
    found = get_object_or_404(Source.objects.visible_to(person_of(request)).of_logs(), pk=pk)
    form = TrialForm(request.POST)
    if form.is_valid():
        try:
            tried = try_lines(found.revision, form.cleaned_data["lines"])
        except FormatError as error:
            form.add_error("lines", notice_text(error.notice))
        else:
            return render(request, "ledger/trial.html", {"source": found, "form": form, "trial": tried})
    return page_of(request, found, form)


@administrators_only.form
def forgetting(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Say what would be taken out; on POST, take it out."""
    source = found_source(request, pk)
    revision = get_object_or_404(source.revisions.filter(forgotten_on=None), number=number)
    if request.method == "POST":
        with refusals_on(request):
            forget(revision, by=person_of(request), on=days.date_of(today()))
            said = _("The data of revision %(number)s was removed. Its logs can be read again.")
            messages.success(request, said % {"number": number})
        return redirect("ledger:source", pk)
    covered: dict[str, int] = {}
    for row in Coverage.objects.filter(revision=revision).select_related("service"):
        covered[row.service.name] = covered.get(row.service.name, 0) + row.known.bit_count()
    context = {
        "source": source,
        "revision": revision,
        "is_in_force": source.revision == revision,
        "covered": sorted(covered.items()),
        "imports": LogImport.objects.filter(revision=revision).in_state(LogImport.State.DONE).count(),
        "running": LogImport.objects.filter(revision=revision).unfinished().count(),
        "snapshots": Snapshot.objects.filter(revision=revision).count(),
    }
    return render(request, "ledger/forgetting.html", context)
