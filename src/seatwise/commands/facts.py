"""`seatwise facts`: logs, or a shard of them, into a file of facts. No database, no set-up, any number of machines."""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seatwise.commands.errors import Failure
from seatwise.commands.reading_options import LOG_HELP, ProgressBar, add_reading, add_rules
from seatwise.commands.what_was_read import read_files
from seatwise.lib.notices import Unusable
from seatwise.logs.engine import fastest
from seatwise.logs.fact_files import write_file
from seatwise.logs.fields import FormatError
from seatwise.logs.file_marks import beginning_of
from seatwise.logs.formats import AUTO
from seatwise.logs.inputs import STANDARD_INPUT, Input
from seatwise.logs.parts import MOST_SHARDS, Part, Shard
from seatwise.logs.places import find_inputs, list_inputs

HELP = "read logs, or a shard of them, into a fact file that `report` and `ingest` can combine"
NEEDS_SITE = False
NOTHING = "Nothing was written."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The logs, how they are read, which share of them, and where the facts go."""
    parser.add_argument("logs", nargs="+", metavar="LOG", help=LOG_HELP)
    add_rules(parser)
    add_reading(parser)
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="the fact file to write (*.facts)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--on", choices=("spark",), help="read on a cluster, each file as a task (seatwise[spark])")
    where.add_argument("--shard", metavar="K/N", type=shard_option, help="only share K of N of the files")
    parser.add_argument(
        "--origin",
        metavar="NAME",
        default="",
        help="the machine the logs come from, if several use the same file names",
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


@dataclass(frozen=True)
class Share:
    """A share of files, of which list it is, and how each of its files began when the list was made."""

    files: list[Input]
    shard: Shard
    beginnings: Sequence[str]

    def check(self) -> None:
        """Raise Failure where another file has taken the name of one since: its days would be read twice or never."""
        for found, beginning in zip(self.files, self.beginnings, strict=True):
            if found.problem is None and beginning_of(found) != beginning:
                raise Failure(
                    f"{found.name} changed after it was listed: logs were rotated or changed in the meantime. "
                    f"{NOTHING} Make all shards again from logs that no longer change."
                )


def share_of(inputs: Sequence[Input], share: tuple[int, int]) -> Share:
    """Every Nth of the files, by name, from the Kth on. The mark of the list is that of all names and beginnings."""
    if any(found.stream is not None for found in inputs):
        raise Failure("--shard needs files, not a stream.", 2)
    number, of = share
    ordered = sorted(inputs, key=lambda found: found.name)
    beginnings = [beginning_of(found) for found in ordered]
    every = "\0".join(f"{found.name}\0{beginning}" for found, beginning in zip(ordered, beginnings, strict=True))
    listing = f"{len(ordered)} files {hashlib.sha256(every.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
    return Share(ordered[number - 1 :: of], Shard(number, of, listing), beginnings[number - 1 :: of])


def run(options: argparse.Namespace) -> None:
    progress = ProgressBar()
    goal = Path(options.output)
    if options.output == STANDARD_INPUT or goal.is_dir():
        raise Failure(f"{options.output}: --output must be a file.", 2)
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
    shares: list[Share] = []

    def pick(every: list[Input]) -> list[Input]:
        if options.shard is None:
            return every
        shares.append(share_of(every, options.shard))
        return shares[0].files

    if options.on == "spark":
        from seatwise.commands.facts_on_spark import read_on_spark

        return read_on_spark(list_inputs(options.logs), options)
    inputs = find_inputs(options.logs, pick)
    part = read_files(inputs, options, alone=len(inputs) == 1 and not shares, on_progress=progress)
    for share in shares:
        share.check()
        part.shards.add(share.shard)
    if part.passed_over and not part.files and not shares:
        part.facts()  # which says that none could be used
    return part
