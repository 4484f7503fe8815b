"""`seatwise mapping`: which column of a kind of file is what, kept by name: of reports of a service, or of people."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seatwise.commands.errors import Failure
from seatwise.commands.named import add_action, columns_of, service_of

if TYPE_CHECKING:
    from seatwise.directory.models import ColumnMapping, Service

HELP = "list, export, import or remove saved column mappings"
NOTHING = "Nothing was changed."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add_action(actions, "list", print_all, "print name, service and columns of each")
    for name, function, text in (
        ("export", export, "print one as a small JSON file"),
        ("remove", remove, "remove one"),
    ):
        action = add_action(actions, name, function, text)
        action.add_argument("name", metavar="NAME", help="its name")
        action.add_argument("--service", metavar="S", help="the service whose reports it is for; without it, people")
    bring = add_action(actions, "import", bring_in, "import one that was exported")
    bring.add_argument("file", metavar="FILE", help="the file that was exported")


def print_all(options: argparse.Namespace) -> None:
    from seatwise.directory.models import ColumnMapping

    for each in ColumnMapping.objects.select_related("service").order_by("service__code", "name"):
        print(f"{each.name}\t{each.service.code if each.service else 'people'}\t{each.shown_columns}")


def export(options: argparse.Namespace) -> None:
    sys.stdout.write(_named(options).as_file())


def remove(options: argparse.Namespace) -> None:
    _named(options).remove(by=None)


def _named(options: argparse.Namespace) -> "ColumnMapping":
    from seatwise.directory.models.mappings import mapping_named

    return mapping_named(options.name, service_of(options.service) if options.service else None)


def bring_in(options: argparse.Namespace) -> None:
    from seatwise.directory.models import ColumnMapping
    from seatwise.directory.models.mappings import mapping_of_file

    try:
        made = mapping_of_file(Path(options.file).read_bytes())
    except OSError as error:
        raise Failure(f"{options.file}: {error.strerror}.", 2) from None
    ColumnMapping.objects.keep(made, by=None)


def add_choice(parser: argparse.ArgumentParser, columns: str) -> None:
    """The options that say which column is what."""
    parser.add_argument(
        "--column", action="append", default=[], metavar="WHAT=HEADING",
        help=f"which heading (or # and the number of the column) is the {columns}, if it cannot be detected; "
        "nothing after = leaves the column out",
    )  # fmt: skip
    parser.add_argument("--mapping", metavar="NAME", help="use this saved mapping")
    parser.add_argument("--save-mapping", metavar="NAME", help="save the mapping of columns under this name")


def chosen_by(options: argparse.Namespace, known: Sequence[str], service: "Service | None") -> dict[str, Any]:
    """How a file is to be read: as the mapping says, but for --column, --dates and --report-time-zone."""
    from seatwise.directory.models.mappings import mapping_named

    given = columns_of(options.column, known)
    zone = getattr(options, "report_time_zone", None)
    dates = getattr(options, "dates", None)
    how = mapping_named(options.mapping, service).how() if options.mapping else {}
    said = {"dates": dates, "time_zone": str(zone) if zone else ""}
    return {**how, **{key: text for key, text in said.items() if text}, "columns": how.get("columns", {}) | given}


def keep_choice(
    options: argparse.Namespace, service: "Service | None", headings: Sequence[str], taken: Mapping[str, int],
    known: Sequence[str], how: Mapping[str, Any], *, wrong: bool,
) -> None:  # fmt: skip
    """Keep what was taken for what, if that is wanted and nothing was wrong; say which was kept for such a file."""
    from seatwise.directory.models import ColumnMapping
    from seatwise.lib.table_columns import heading_set, written_choice

    if options.save_mapping and not wrong:
        columns = {what: written_choice(headings, taken.get(what)) for what in known}
        made = ColumnMapping(
            service=service, name=options.save_mapping, headings=heading_set(headings), columns=columns,
            dates=how.get("dates", ""), time_zone=how.get("time_zone", ""),
        )  # fmt: skip
        ColumnMapping.objects.keep(made, by=None)
        print(f"The mapping “{made}” was saved.")
    elif not options.mapping and not options.save_mapping:
        for each in ColumnMapping.objects.of(service).fitting(headings):
            print(f"The saved mapping “{each}” matches this file: use --mapping {each.name!r}.")
