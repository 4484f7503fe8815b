"""The evidence of a review: sealed once when it is closed, and kept; what happens later is sealed beside it.

The package holds each table as CSV and all of them as one workbook, a report to be printed in both languages, and a
manifest of SHA-256 sums that is signed with the key in `evidence.key` (Ed25519). The same rows
give the same bytes; the bytes that were sealed are kept, and given out as they are, whatever changes later.
"""

import datetime
import io
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import seatwise
from seatwise import audit, configuration
from seatwise.audit.models import Chain
from seatwise.directory.changes import Refused
from seatwise.directory.models import Role, User
from seatwise.letters import writing
from seatwise.lib.keys import fingerprint_of, public_bytes
from seatwise.lib.packages import Sealed, seal
from seatwise.lib.tables import BYTE_ORDER_MARK, csv_line, write_book
from seatwise.reviews import report_rows
from seatwise.reviews.evidence_tables import ADDENDA, TABLES, Table, moment
from seatwise.reviews.models import Addendum, Evidence, Review, Step
from seatwise.reviews.numbers import numbers_of

KEY_FILE = "evidence.key"
LANGUAGES = ("en", "ja")
NOT_COVERED = (
    "What this evidence does not cover: the rights that people have inside the service; accounts of the service that "
    "Seatwise does not know; days without records, which are named with the population; whether an answer was true."
)


def signing_key() -> Ed25519PrivateKey:
    """The key of this site; made when it is first needed. Kept outside of the database, and not in backups, which it
    signs, too. Raises ValueError where it cannot be read as one.
    """
    path = configuration.DATA_DIR.value() / KEY_FILE
    if not path.exists():
        _make_key(path)
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    except ValueError:
        raise ValueError(f"{path} is not the key of this site as it was written: bring it back") from None


def own_fingerprint() -> str:
    """By which the key of this site is known, if it has one already; else empty. Raises OSError and ValueError."""
    return fingerprint() if (configuration.DATA_DIR.value() / KEY_FILE).exists() else ""


def _make_key(path: Path) -> None:
    made = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    part = path.with_suffix(f".{secrets.token_hex(4)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(made.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)  # whoever is first keeps theirs
    except FileExistsError:
        pass
    finally:
        part.unlink()


def fingerprint() -> str:
    """By which auditors know the key of this site."""
    return fingerprint_of(public_bytes(signing_key()))


def package_of(review: Review) -> Sealed:
    """The package of a review that was carried out. The same rows give the same bytes."""
    files = {f"{table.name}.csv": csv_of(table, review) for table in TABLES}
    files["evidence.xlsx"] = workbook_of(TABLES, review)
    for language in LANGUAGES:
        files[f"report.{language}.html"] = report_of(review, language)
    return seal(files, about(review, "evidence"), signing_key())


def addenda_of(review: Review, base: Evidence) -> Sealed:
    """What happened after closing, with the sealed package it belongs to."""
    files = {
        "evidence.zip": bytes(base.content),
        "addenda.csv": csv_of(ADDENDA, review),
        "addenda.xlsx": workbook_of([ADDENDA], review),
    }
    told = about(review, "addenda") | {"evidence_manifest": base.manifest_sum}
    return seal(files, told, signing_key())


def about(review: Review, kind: str) -> dict[str, Any]:
    """What the manifest says beside the sums."""
    return {
        "kind": kind,
        "review": review.name,
        "number": review.pk,
        "service": review.service.code,
        "rule": review.rule,
        "as_of": str(review.as_of),
        "opened_at": moment(review.opened_at),
        "closed_at": moment(review.closed_at),
        "population_sha256": review.checksum,
        "coverage": review.coverage,
        "not_independent": not_independent(review),
        "not_covered": NOT_COVERED,
        "audit_log": end_of_log(),
    }


def end_of_log() -> str:
    """The end of the audit log as `seatwise verify-audit --head` takes it; empty where there is no entry yet."""
    end = Chain.objects.filter(pk=1).first()
    return f"{end.number}:{end.hash}" if end else ""


def not_independent(review: Review) -> list[str]:
    """Which of the four steps somebody took who was not independent of them, as the review allows, and how."""
    taken = Step.objects.filter(review=review, returned_at=None).order_by("pk")
    with translation.override("en"):
        return [
            f"{step.get_kind_display()} by {step.by_text}: {text}" for step in taken for text in step.conflicts_in_words
        ]


def csv_of(table: Table, review: Review) -> bytes:
    """A table as CSV for a spreadsheet."""
    lines = [csv_line(table.headings), *(csv_line(row) for row in table.rows(review))]
    return (BYTE_ORDER_MARK + "".join(lines)).encode()


def workbook_of(tables: "tuple[Table, ...] | list[Table]", review: Review) -> bytes:
    """Tables as sheets of one workbook, made at the time of closing as far as the file says."""
    out = io.BytesIO()
    sheets = [(table.name, table.headings, table.rows(review)) for table in tables]
    write_book(out, sheets, made_at=made_at(review))
    return out.getvalue()


def made_at(review: Review) -> datetime.datetime:
    return (
        (review.closed_at or review.opened_at or timezone.now())
        .astimezone(datetime.UTC)
        .replace(microsecond=0, tzinfo=None)
    )


def report_of(review: Review, language: str) -> bytes:
    """The report to be printed: one page of HTML that needs nothing else."""
    with translation.override(language):
        context = {
            "review": review,
            "numbers": numbers_of(review),
            "steps": review.steps.filter(returned_at=None).order_by("pk"),
            "tables": report_rows.tables_of(review),
            "language": language,
            "version": seatwise.__version__,
        }
        return render_to_string("reviews/report.html", context).encode()


def seal_review(review: Review, sealed: Sealed) -> Evidence:
    """Keep the package of a review that is being closed, and write to the auditors. Under the review's lock."""
    evidence = _new(review, 0, sealed)
    _tell_auditors(review)
    told = {"manifest": sealed.manifest_sum, "key": sealed.fingerprint}
    audit.record(by=None, verb="review.close", subject=review, before={"state": "closing"}, after=review.described())
    audit.record(by=None, verb="review.seal", subject=review, after=told)
    end = Chain.objects.get(pk=1)
    review.money = review.money | {"seal": told | {"entry": end.number, "head": end.hash}}
    review.save(update_fields=["money"])
    return evidence


def _new(review: Review, number: int, sealed: Sealed) -> Evidence:
    found: Evidence = Evidence.objects.create(
        review=review,
        number=number,
        at=timezone.now(),
        manifest_sum=sealed.manifest_sum,
        fingerprint=sealed.fingerprint,
        content=sealed.content,
    )
    return found


def _tell_auditors(review: Review) -> None:
    readers = list(User.objects.active().with_role(Role.AUDITOR)) or [review.owner]
    writing.write_many(
        writing.Draft(to=each, kind="review.closed", about=review, key=f"review.closed:{review.pk}:{each.pk}")
        for each in readers
    )


def latest(review: Review) -> Evidence | None:
    """What is given out: the sealed package, or one with what happened since around it. None before closing."""
    base: Evidence | None = sealed_package(review)
    if base is None or not Addendum.objects.filter(review=review).exists():
        return base
    return _with_addenda(review, base)


def sealed_package(review: Review) -> Evidence | None:
    """What was sealed at closing."""
    found: Evidence | None = Evidence.objects.filter(review=review, number=0).first()
    return found


@transaction.atomic
def _with_addenda(review: Review, base: Evidence) -> Evidence:
    """Under the review's lock, which whoever adds to the evidence holds, too."""
    Review.objects.select_for_update(no_key=True).get(pk=review.pk)
    count = Addendum.objects.filter(review=review).count()
    there: Evidence | None = Evidence.objects.filter(review=review, number=count).first()
    if there is not None:
        return there
    sealed = addenda_of(review, base)
    evidence = _new(review, count, sealed)
    told = {"manifest": sealed.manifest_sum, "key": sealed.fingerprint, "addenda": count}
    audit.record(by=None, verb="review.seal", subject=review, after=told)
    return evidence


@transaction.atomic
def give_out(review: Review, *, by: User) -> Evidence:
    """The package, noted as given to somebody. Raises Refused before closing."""
    found = latest(review)
    if found is None:
        raise Refused(_("The evidence is sealed when the review is closed. There is none yet."))
    told = {"manifest": found.manifest_sum, "addenda": found.number}
    audit.record(by=by, verb="review.download", subject=review, after=told)
    return found
