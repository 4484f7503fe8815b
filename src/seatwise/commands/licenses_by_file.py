"""`seatwise licenses import` and `seatwise licenses export`."""

import argparse
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seatwise.commands.errors import Failure
from seatwise.commands.licenses_by_login import print_change
from seatwise.commands.named import print_list, says_yes, service_of
from seatwise.lib import days
from seatwise.lib.licenses_file import DELIMITERS, LicensesFile, Reading, parse

if TYPE_CHECKING:
    from seatwise.licenses.file_export import Comparison
    from seatwise.licenses.file_plan import Plan
    from seatwise.licenses.preview import Preview, StepPreview


def bring_in(options: argparse.Namespace) -> None:
    """Show what a file would do; do it if that is confirmed."""
    from seatwise.lib.decoding import UnreadableText

    path = Path(options.file)
    try:
        file = parse(path.read_bytes(), name=path.name, reading=_reading(options))
        (_confirm if options.confirms else _change)(file, options)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}.", 2) from None
    except UnreadableText as error:
        raise Failure(f"{path.name}: {error} (option --encoding).") from None


def _reading(options: argparse.Namespace) -> Reading:
    heading = True if options.heading else False if options.no_heading else None
    return Reading(options.encoding, DELIMITERS.get(options.separator or ""), heading)


def _change(file: LicensesFile, options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.licenses.change_saving import NotSaved, Said
    from seatwise.licenses.file_plan import plan, save

    made = plan(file, on=today())
    preview = made.preview()
    _print_plan(made, preview, options)
    if made.errors:
        raise Failure(f"{file.name} has errors. Correct them and try again.")
    if made.changes_nothing:
        return
    if preview.is_refused:
        raise Failure(f"{file.name} cannot be saved as it is.")
    if options.dry_run:
        return
    if preview.removes and not options.reason.strip():
        raise Failure("licenses are removed: add --reason.")
    if options.removals != made.removals and (many := made.many_removals()):
        raise Failure(f"{' '.join(many)} Nothing was changed. To confirm, add --removals {made.removals}.")
    if not options.yes and not says_yes("Save this?"):
        raise Failure("add --yes to save without confirmation.")
    confirmed, checked = preview.to_confirm(), preview.to_check()  # whoever was asked has read them
    said = Said(preview.fingerprint, options.reason, confirmed, checked, options.yes, options.removals)
    try:
        change = save(file, said, by=None, on=today())
    except NotSaved:
        made = plan(file, on=today())
        _print_plan(made, made.preview(), options)
        raise
    print_change(f"{change.added.count()} added, {change.removed.count()} removed", change)


def _print_plan(plan: "Plan", preview: "Preview", options: argparse.Namespace) -> None:
    from seatwise.directory.import_preview import error_in_words

    heading = "with a heading" if plan.file.heading else "without a heading"
    print(f"{plan.file.name}: {len(plan.file.rows)} users, {plan.file.encoding}, {heading}")
    print_list("Errors", len(plan.errors), map(error_in_words, plan.errors), everything=options.all)
    for text in (*plan.about_names, plan.about_unmanaged):
        if text:
            print(text)
    for service in plan.touched():
        _print_steps([step for step in preview.steps if step.service == service])
    sign = {True: "+", False: "-"}
    lines = [f"{sign[each.added]} {each.user.login}: {each.code} (line {each.line})" for each in plan.differences]
    print_list("Differences", len(lines), lines, everything=options.all)
    if plan.changes_nothing and not plan.errors:
        print("Everything already matches the file.")


def _print_steps(steps: "list[StepPreview]") -> None:
    """What is done with one service, its seats before and after, and what is to be minded."""
    added, removed = (sum(step.count for step in steps if step.adds == adds) for adds in (True, False))
    before, after = steps[0].before, steps[-1].after
    seats = "" if after.contracted is None else f" of {after.contracted}"
    print(f"{steps[0].service}: {added} added, {removed} removed; {before.held} → {after.held}{seats} held")
    for step in steps:
        for text in (*(each.text for each in (*step.obstacles, *step.warnings)), *step.questions):
            print(f"  ! {text}")


def _confirm(file: LicensesFile, options: argparse.Namespace) -> None:
    """What a service's own export shows to have been carried out is confirmed; no license is changed."""
    from seatwise.configuration import today
    from seatwise.licenses.file_export import compare

    services = [service_of(code) for code in options.confirms]
    as_of = days.date_of(options.as_of) if options.as_of is not None else today()
    if as_of > today():
        raise Failure("--as-of is in the future.")
    comparison = compare(file, services, as_of=as_of)
    _print_comparison(comparison, options)
    if comparison.errors:
        raise Failure(f"{file.name} has errors. Correct them and try again.")
    if options.dry_run or not comparison.confirmable:
        return
    if not options.yes and not says_yes("Confirm these?"):
        raise Failure("add --yes to confirm without being asked.")
    print(f"{comparison.confirm(by=None, on=today())} pending changes confirmed")


def _print_comparison(comparison: "Comparison", options: argparse.Namespace) -> None:
    from seatwise.directory.import_preview import error_in_words

    print_list("Errors", len(comparison.errors), map(error_in_words, comparison.errors), everything=options.all)
    for one in comparison.seen:
        print(f"{one.service}: {one.there} users in the export as of {comparison.as_of}")
        for title, logins in (
            ("Added there", one.added),
            ("Removed there", one.removed),
            ("Pending, not carried out there", one.waiting),
            ("Only there", one.only_there),
            ("Only here", one.only_here),
        ):
            print_list(title, len(logins), sorted(logins), everything=options.all)


def export(options: argparse.Namespace) -> None:
    from seatwise.licenses import file_export
    from seatwise.site.list_files import CannotHold

    try:
        service = service_of(options.service) if options.service else None
        rows = file_export.services_of_people(service, everybody=options.everybody, short_codes=options.short_codes)
        with_heading = not options.without_heading
        whole = io.BytesIO()
        file_export.write(whole, rows, encoding=options.encoding, with_heading=with_heading)
    except CannotHold as problem:
        raise Failure(f"{options.encoding} cannot hold {problem.count} login names: {problem}.") from None
    sys.stdout.flush()
    sys.stdout.buffer.write(whole.getvalue())
