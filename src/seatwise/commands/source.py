"""`seatwise source`: add, list and change where facts come from, and take a revision's facts out again."""

import argparse
import shlex
from typing import TYPE_CHECKING, Any

from seatwise.commands.errors import Failure
from seatwise.commands.named import add_action, not_there, says_yes, source_of_logs
from seatwise.commands.reading_options import add_rules, arguments_for, rules_of

if TYPE_CHECKING:
    from seatwise.ledger.models.sources import ReadingRules

HELP = "add, change and list sources of access data"
NOTHING = "Nothing was changed."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = add_action(actions, "add", add_source, "add a source", "Add a source.")
    reading_arguments(add)
    change = add_action(
        actions,
        "change",
        change_source,
        "change the rules of a source: starts a new revision",
        "Replace all reading rules of a source. This starts a new revision.",
    )
    reading_arguments(change)
    add_action(actions, "list", list_sources, "print code, services, format and revision", "List the sources.")
    shown = add_action(
        actions,
        "options",
        print_options,
        "print the `seatwise facts` options for each service of a source",
        "Print the `seatwise facts` options for each service of a source.",
    )
    shown.add_argument("code", metavar="CODE", help="the source")
    imports = add_action(
        actions,
        "imports",
        list_imports,
        "print number, day, state and files of its imports",
        "List the imports of a source, the latest first.",
    )
    imports.add_argument("code", metavar="CODE", help="the source")
    remove = add_action(
        actions,
        "remove-import",
        remove_import,
        "remove one import: the days that only it brought",
        "Remove one import: the days that only it brought.",
    )
    remove.add_argument("number", type=int, metavar="N", help="its number, as `seatwise source imports` prints it")
    remove.add_argument("--reason", default="", metavar="R", help="the reason, for the audit log")
    remove.add_argument("--dry-run", action="store_true", help="only show what would happen")
    remove.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    forget = add_action(
        actions, "forget", forget_revision, "remove the data of a revision", "Remove the data of a revision."
    )
    forget.add_argument("code", metavar="CODE", help="the source")
    forget.add_argument("--revision", type=int, metavar="N", required=True, help="the number of the revision")


def reading_arguments(parser: argparse.ArgumentParser) -> None:
    """A source's code, and how its logs are read. --time-zone is the time zone of times without an offset."""
    parser.add_argument("code", metavar="CODE", help="a short name of a–z, 0–9, - and _, used in commands")
    parser.add_argument("--service", action="append", required=True, metavar="S", help="the service it records")
    parser.add_argument("--name", metavar="N", help="its name (default: its code)")
    parser.add_argument("--unverified", action="store_true", help="the server does not verify sign-ins")
    parser.add_argument(
        "--complementary", action="store_true", help="a day is covered only if this source covers it too"
    )
    add_rules(parser)


def rules_from(options: argparse.Namespace) -> "ReadingRules":
    """How the options say that logs are read; every service named has the same globs."""
    from django.core.exceptions import ValidationError

    from seatwise.ledger.models.sources import ReadingRules
    from seatwise.logs.fields import FormatError
    from seatwise.logs.formats import AUTO, parse_format

    if options.exact_logins:
        raise ValidationError(
            "Logins that differ only by case or Unicode form are the same here: --exact-logins is not possible."
        )
    if options.format != AUTO:
        try:
            parse_format(options.format, options.login_field)
        except FormatError as error:
            raise Failure(error, 2) from None
    globs = rules_of(options)
    return ReadingRules(
        format=options.format,
        login_field=options.login_field or "",
        log_zone=options.log_time_zone or options.time_zone or "",
        drop_domain=options.drop_domain,
        programs=tuple(options.program),
        services=dict.fromkeys(options.service, globs),
        longest_silence=options.longest_silence,
    )


def fields_from(options: argparse.Namespace) -> dict[str, Any]:
    from seatwise.ledger.models import Source

    part = Source.Part.COMPLEMENTARY if options.complementary else Source.Part.REDUNDANT
    return {"name": options.name or options.code, "verified": not options.unverified, "part": part}


def add_source(options: argparse.Namespace) -> None:
    from seatwise.ledger.models import Source

    Source.objects.add(code=options.code, rules=rules_from(options), by=None, **fields_from(options))


def change_source(options: argparse.Namespace) -> None:
    from seatwise.ledger.models import Source

    source = Source.objects.filter(code=options.code).first()
    if source is None:
        not_there("source", options.code, Source.objects)
    source.change(by=None, rules=rules_from(options), **fields_from(options))


def list_sources(options: argparse.Namespace) -> None:
    from seatwise.ledger.models import Source

    for source in Source.objects.order_by("code"):
        revision = source.revision
        services = ",".join(revision.servings.order_by("service__code").values_list("service__code", flat=True))
        print(f"{source.code}\t{services}\t{revision.format}\t{revision.number}")


def print_options(options: argparse.Namespace) -> None:
    from seatwise.ledger.part_ingestion import rules_for

    source = source_of_logs(options.code)
    servings = source.revision.servings.select_related("service").order_by("service__code")
    for rules in dict.fromkeys(rules_for(source.revision, serving) for serving in servings):
        print(shlex.join(["seatwise", "facts", "LOG", "-o", "FILE.facts", *arguments_for(rules)]))


def list_imports(options: argparse.Namespace) -> None:
    from django.utils import timezone

    from seatwise.ledger.models import LogImport, Source

    source = Source.objects.filter(code=options.code).first()
    if source is None:
        not_there("source", options.code, Source.objects)
    for each in LogImport.objects.of(source).newest_first().iterator():
        print(f"{each.pk}\t{timezone.localtime(each.asked_at):%Y-%m-%d}\t{each.state}\t{each}")


def remove_import(options: argparse.Namespace) -> None:
    from django.utils.translation import override

    from seatwise.ledger import import_removal
    from seatwise.ledger.models import LogImport

    found = LogImport.objects.select_related("revision__source").filter(pk=options.number).first()
    if found is None:
        raise Failure(f"There is no import {options.number}. {NOTHING}")
    with override("en"):
        if refusal := import_removal.why_not(found):
            raise Failure(f"{refusal} {NOTHING}")
        print(f"Import {found.pk} of {found.revision.source}: {found}", *import_removal.HAPPENS, sep="\n  ")
        if options.dry_run:
            return
        if not options.yes and not says_yes("Remove it?"):
            raise Failure(f"{NOTHING} To remove it, add --yes.")
        removed = import_removal.remove(found, by=None, reason=options.reason)
    print(f"It was removed. Access days that are no longer counted: {removed:,}.")


def forget_revision(options: argparse.Namespace) -> None:
    from seatwise.ledger.fact_merge import forget
    from seatwise.ledger.models import Revision
    from seatwise.ledger.zones import today
    from seatwise.lib import days

    revision = Revision.objects.filter(source__code=options.code, number=options.revision).first()
    if revision is None:
        raise Failure(f"{options.code!r} has no revision {options.revision}.")
    forget(revision, by=None, on=days.date_of(today()))
