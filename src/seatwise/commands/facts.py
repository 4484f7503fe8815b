"""`seatwise facts`: logs, or a shard of them, into a file of facts. No database, no set-up, any number of machines."""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from seatwise.commands.errors import Failure
from seatwise.commands.reading_options import LOG_HELP, ProgressBar, add_reading, add_rules
from seatwise.commands.what_was_read import read_files
from seatwise.lib.notices import Unusable
from seatwise.logs.engine import fastest
from seatwise.logs.fact_files import write_file
from seatwise.logs.fields import FormatError
from seatwise.logs.formats import AUTO
from seatwise.logs.inputs import STANDARD_INPUT, Input
from seatwise.logs.parts import MOST_SHARDS, Part, Shard
from seatwise.logs.places import find_inputs, list_inputs

HELP = "read logs, or a shard of them, into a file of facts that report and ingest put together"
NEEDS_SITE = False
NOTHING = "Nothing was written."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The logs, how they are read, which share of them, and where the facts go."""
    parser.add_argument("logs", nargs="+", metavar="LOG", help=LOG_HELP)
    add_rules(parser)
    add_reading(parser)
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="the file of facts to write (*.facts)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--on", choices=("spark",), help="read on a cluster, each file as a task (seatwise[spark])")
    where.add_argument("--shard", metavar="K/N", type=shard_option, help="only share K of N of the files")
    parser.add_argument(
        "--origin", metavar="NAME", default="", help="the machine the logs come from, where several have equal names"
    )


def shard_option(text: str) -> tuple[int, int]:
    """K/N, for argparse."""
    number, slash, of = text.partition("/")
    if (
        slash
        and text.isascii()
        and number.isdecimal()
        and of.isdecimal()
        and 1 <= int(number) <= int(of) <= MOST_SHARDS
    ):
        return int(number), int(of)
    raise argparse.ArgumentTypeError(f"{text!r} is not a share (expected K/N, such as 3/16)")


def share_of(inputs: Sequence[Input], share: tuple[int, int]) -> tuple[list[Input], Shard]:
    """Every Nth of the files, by name, from the Kth on; and the mark of the list they were taken from."""
    if any(found.stream is not None for found in inputs):
        raise Failure("--shard takes files: a stream is not the same on two machines.", 2)
    number, of = share
    ordered = sorted(inputs, key=lambda found: found.name)
    names = "\n".join(found.name for found in ordered)
    listing = f"{len(ordered)} files {hashlib.sha256(names.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
    return ordered[number - 1 :: of], Shard(number, of, listing)


def run(options: argparse.Namespace) -> None:
    progress = ProgressBar()
    goal = Path(options.output)
    if options.output == STANDARD_INPUT or goal.is_dir():
        raise Failure(f"{options.output}: --output names a file.", 2)
    try:
        part = read(options, progress)
    except FormatError as error:
        raise Failure(error, 1 if options.format == AUTO else 2) from None
    except Unusable as error:
        raise Failure(error) from None
    finally:
        progress.finish()
    write_file(part, goal)
    slow = fastest().notice if options.on is None else None
    for notice in (*part.not_read().values(), *part.notices(), slow):
        if notice is not None:
            print(notice, file=sys.stderr)
    lines = sum(file.account.lines for file in part.files.values())
    print(f"{goal}: {len(part.files)} files, {lines} lines, {len(part.logins)} logins.", file=sys.stderr)


def read(options: argparse.Namespace, progress: ProgressBar) -> Part:
    """The part that the options ask for."""
    shards: set[Shard] = set()

    def pick(every: list[Input]) -> list[Input]:
        if options.shard is None:
            return every
        mine, shard = share_of(every, options.shard)
        shards.add(shard)
        return mine

    if options.on == "spark":
        from seatwise.commands.facts_on_spark import read_on_spark

        return read_on_spark(list_inputs(options.logs), options)
    inputs = find_inputs(options.logs, pick)
    part = read_files(inputs, options, alone=len(inputs) == 1 and not shards, on_progress=progress)
    part.shards = shards
    if part.passed_over and not part.files and not shards:
        part.facts()  # which says that none could be used
    return part
