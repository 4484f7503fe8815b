"""Reading logs into the ledger: the same for the command and for uploads."""

import datetime
import itertools
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from seatwise import audit
from seatwise.directory.models import Service
from seatwise.ledger import arrivals, import_failures
from seatwise.ledger.fact_merge import StagedFacts, count_ahead, ensure_logins, has_new_days, merge_staged, staged
from seatwise.ledger.import_findings import NAMED, findings_of
from seatwise.ledger.import_removal import keep_facts
from seatwise.ledger.locking import hold, lock, refuse_other_zone
from seatwise.ledger.models import LogImport, Revision, ServiceAccount, Serving
from seatwise.ledger.part_ingestion import facts_of_parts, kept_refusal
from seatwise.ledger.words import ImportCode, RefusedImport
from seatwise.ledger.zones import today, zone_for_reading
from seatwise.lib import days, staged_rows
from seatwise.lib.notices import Notice, Unusable
from seatwise.logs.detection import detect, note_wrappers
from seatwise.logs.facts import Facts, Sample
from seatwise.logs.fields import FormatError
from seatwise.logs.formats import AUTO, Format, parse_format
from seatwise.logs.gathering import LoginRules
from seatwise.logs.inputs import Input
from seatwise.logs.notices import InputCode
from seatwise.logs.parts import are_parts
from seatwise.logs.reading import Progress, Source, read_for_all
from seatwise.logs.rules import Rules, Zones

UNUSABLE = (Unusable, RefusedImport)
FOLLOWED = ("files", "followed", "followed_size", "followed_at")


@dataclass(frozen=True)
class ReadForService:
    """What the logs say of one service."""

    service: Service
    ready: StagedFacts
    findings: dict[str, list[str]]
    unknown: list[str]

    @property
    def facts(self) -> Facts:
        return self.ready.facts


def format_of(revision: Revision, inputs: Sequence[Input]) -> Format:
    """The format of a revision, found out by the first lines if it says auto."""
    login_field = revision.login_field or None
    if revision.format != AUTO:
        form = parse_format(revision.format, login_field)
        note_wrappers(inputs, form)
        return form
    try:
        return detect(inputs, login_field).format
    except FormatError as error:
        why = kept_refusal(error.notice)
        raise FormatError(why.code, **why.values) from None
    finally:
        for found in inputs:
            found.problem = found.problem and kept_refusal(found.problem)


def source_for(revision: Revision, form: Format, rules: Rules) -> Source:
    """How the reader is to read for one service."""
    zone = zone_for_reading()
    zones = Zones(zone, revision.log_zone or None)
    logins = LoginRules(drop_domain=revision.drop_domain)
    return Source(form, zones, rules, logins, revision.longest_silence, today())


def ingest(log_import: LogImport, inputs: Sequence[Input], *, on_progress: Progress | None = None) -> bool:
    """Read logs or files of facts for all services of the import's revision; merge what they say in one transaction.
    Whether it was not done before, or says something new.

    Raises one of UNUSABLE, and then nothing was merged. Doing it again changes nothing.
    """
    revision = log_import.revision
    say(log_import, LogImport.Stage.READING)
    with transaction.atomic():
        hold(revision)
        refuse_other_zone(zone_for_reading())  # merging refuses it too, but after the logs were read
    servings = list(revision.servings.select_related("service").order_by("service__pk"))
    if are_parts(inputs):
        found, formats = facts_of_parts(revision, servings, inputs)
    else:
        found, formats = facts_of_logs(revision, servings, inputs, on_progress)
    try:
        return bring_in(log_import, [serving.service for serving in servings], found, ", ".join(formats))
    except RefusedImport as refusal:
        if refusal.notice.code is ImportCode.NO_LINE_FITS and (likely := format_that_fits(inputs)):
            raise RefusedImport(ImportCode.OTHER_FORMAT, **refusal.notice.values, likely=likely) from None
        raise


def format_that_fits(inputs: Sequence[Input]) -> str:
    """The named format of logs that are not in the one that was given for them; "" if there is none."""
    try:
        return detect(inputs).format.name
    except Unusable:
        return ""


@staged_rows.with_large_cache()
def bring_in(log_import: LogImport, services: Sequence[Service], found: Sequence[Facts], form: str) -> bool:
    """Merge what was read of each of some services, with its account, and end the import: all of it or nothing.
    Whether it was not done before, or says something new.

    What takes long, and needs no lock, is done before the transaction.
    """
    say(log_import, LogImport.Stage.COMPARING)
    ids = ensure_logins(*found)
    with ExitStack() as until_merged:
        tables = [until_merged.enter_context(staged(facts, ids)) for facts in found]
        read = [looked_at(log_import.revision, *one) for one in zip(services, tables, strict=True)]
        _refuse_what_has_no_line(log_import, form, read)
        say(log_import, LogImport.Stage.ADDING)
        with transaction.atomic():
            is_new = log_import.state != LogImport.State.DONE
            for one in read:
                hold(log_import.revision)
                lock(one.service)
                is_new |= keep_and_merge(log_import, one)
                write_account(log_import, one)
            note_sign_ins(log_import, read)
            finish(log_import, form, read, is_new=is_new)
            import_failures.note_done(log_import, [one.facts.account for one in read])
    return is_new


def keep_and_merge(log_import: LogImport, one: ReadForService) -> bool:
    """Merge what was read for a service, whose ledger is locked; whether any of it was new."""
    revision, service, ready = log_import.revision, one.service, one.ready
    has_new = has_new_days(revision, service, ready)
    keep_facts(log_import, service, ready, has_new=has_new)
    return merge_staged(revision, service, ready, zone=zone_for_reading(), today=today(), has_new=has_new)


def note_sign_ins(log_import: LogImport, read: Sequence[ReadForService]) -> None:
    """What a source says that records who signed in, not who used something, is weak evidence from then on."""
    source = log_import.revision.source
    if any(notice.code is InputCode.SIGN_INS for one in read for notice in one.facts.account.said):
        source.change(by=log_import.asked_by, verified=False)


def _refuse_what_has_no_line(log_import: LogImport, form: str, read: Sequence[ReadForService]) -> None:
    """Nothing could be read where no line is in the format: that is kept with its first lines. Raises RefusedImport."""
    accounts = [one.facts.account for one in read]
    if accounts and all(each.lines and each.reasons["malformed"] == each.lines for each in accounts):
        for one in read:
            write_account(log_import, one)
        raise RefusedImport(ImportCode.NO_LINE_FITS, count=accounts[0].lines, format=form)


def say(log_import: LogImport, stage: LogImport.Stage) -> None:
    """Note what is being done."""
    running = LogImport.objects.filter(pk=log_import.pk, state=LogImport.State.RUNNING)
    running.update(stage=stage, alive_at=timezone.now())


def looked_at(revision: Revision, service: Service, ready: StagedFacts) -> ReadForService:
    """Facts with what is to be said of them, and counted; before they are merged, so that nobody waits for it."""
    count_ahead(revision, service, ready, today=today())
    return ReadForService(service, ready, *findings_of(service, ready, days.zone(zone_for_reading())))


def facts_of_logs(
    revision: Revision, servings: Sequence[Serving], inputs: Sequence[Input], on_progress: Progress | None
) -> tuple[list[Facts], list[str]]:
    """The facts of logs for each of the services, and the format they were read in."""
    form = format_of(revision, inputs)
    sources = [source_for(revision, form, serving.rules(revision.programs)) for serving in servings]
    return read_for_all(inputs, sources, on_progress=on_progress) if sources else [], [form.name]


def finish(log_import: LogImport, form: str, read: Sequence[ReadForService], *, is_new: bool) -> None:
    """Mark an import as done, with its entry in the audit log, unless it was done before and said nothing new."""
    log_import.state, log_import.format, log_import.problem = LogImport.State.DONE, form, {}
    log_import.bytes_read = log_import.bytes_total
    passed_over = without_repeats(one.facts.account.passed_over for one in read)
    log_import.passed_over = [notice.as_json() for notice in passed_over]
    log_import.remarks = [notice.as_json() for notice in without_repeats(one.facts.account.said for one in read)]
    log_import.save(update_fields=["state", "format", "problem", "bytes_read", "passed_over", "remarks", *FOLLOWED])
    if not is_new:
        return
    after = {
        "source": log_import.revision.source.code,
        "revision": log_import.revision.number,
        "files": log_import.files,
        "passed_over": [str(notice) for notice in passed_over],
        "lines": {one.service.code: one.facts.account.lines for one in read},
        "accesses": {one.service.code: one.facts.account.accesses for one in read},
    }
    audit.record(by=log_import.asked_by, verb="import.done", subject=log_import, before={}, after=after)


def without_repeats(found: Iterable[Iterable[Notice]]) -> list[Notice]:
    """What is said of one service or another, once."""
    every: list[Notice] = []
    for notice in itertools.chain.from_iterable(found):
        if notice not in every:
            every.append(notice)
    return every


def write_account(log_import: LogImport, one: ReadForService) -> None:
    """Keep the account of an import for a service."""
    facts, account = one.facts, one.facts.account
    before = ServiceAccount.objects.filter(log_import=log_import, service=one.service).first()
    had = {**before.reasons, "access": before.accesses} if before else {}
    arrivals.note(log_import.revision.source, one.service, had, {**account.reasons, "access": account.accesses})
    reasons = {name: count for name, count in account.reasons.items() if name != "access"}
    samples = {name: [kept(sample) for sample in found] for name, found in account.samples.items()}
    ServiceAccount.objects.update_or_create(
        log_import=log_import,
        service=one.service,
        defaults={
            "lines": account.lines,
            "accesses": account.accesses,
            "reasons": reasons,
            "samples": {name: found for name, found in samples.items() if found},
            "logins": sum(1 for _ in facts.people()),
            "user_days": facts.user_days,
            "first_day": facts.first_day(),
            "last_day": facts.last_day(),
            "findings": one.findings,
            "unknown": one.unknown[:NAMED],
            "unknown_count": len(one.unknown),
        },
    )


def kept(sample: Sample) -> dict[str, Any]:
    """A sample as it is kept."""
    return {"file": sample.file.rsplit("/", 1)[-1], "line": sample.line, "what": sample.what.as_json()}


def claim(log_import: LogImport, *, stuck_after: int = 120) -> bool:
    """Take an import that waits, or whose reader has said nothing for so many seconds; False where another has it."""
    now = timezone.now()
    silent = now - datetime.timedelta(seconds=stuck_after)
    free = LogImport.objects.filter(pk=log_import.pk, state=LogImport.State.WAITING) | LogImport.objects.filter(
        pk=log_import.pk, state=LogImport.State.RUNNING, alive_at__lt=silent
    )
    taken = free.update(state=LogImport.State.RUNNING, alive_at=now, attempt=F("attempt") + 1)
    log_import.refresh_from_db()
    return taken == 1


def fail(log_import: LogImport, why: Notice) -> None:
    """Mark an import as failed, with its entry in the audit log. Nothing was merged that was not before."""
    with transaction.atomic():
        log_import.state, log_import.problem = LogImport.State.FAILED, why.as_json()
        log_import.save(update_fields=["state", "problem"])
        after = {"source": log_import.revision.source.code, "files": log_import.files, "message": str(why)}
        audit.record(by=log_import.asked_by, verb="import.failed", subject=log_import, before={}, after=after)
        import_failures.note_failed(log_import, why)
