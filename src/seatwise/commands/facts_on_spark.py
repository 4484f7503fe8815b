"""`seatwise facts --on spark`: each file is a task of a Spark cluster, and what they say is put together there.

A task that runs twice – a second attempt, a speculative copy – changes nothing: parts with the same file count it once.
"""

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seatwise import configuration
from seatwise.commands.errors import Failure
from seatwise.commands.reading_options import today_in
from seatwise.commands.what_was_read import read_files
from seatwise.lib.notices import Unusable
from seatwise.logs.fact_files import from_bytes, to_bytes
from seatwise.logs.inputs import Input, UnreadableInput
from seatwise.logs.part_reading import name_of
from seatwise.logs.parts import Part
from seatwise.logs.places import look_at
from seatwise.logs.remote import is_address

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Result = tuple[bytes, str]  # a part, or why there is none


def read_on_spark(inputs: Sequence[Input], options: argparse.Namespace) -> Part:
    """What files say, each read by a task. Raises Failure."""
    how = argparse.Namespace(**{name: value for name, value in vars(options).items() if name != "run"})
    how.time_zone = options.time_zone or configuration.zone().key  # or each machine's own would be taken
    how.today = today_in(how.time_zone)
    how.alone = len(inputs) == 1
    inputs = [found if is_address(found.path) else replace(found, name=os.path.abspath(found.name)) for found in inputs]
    if any(found.stream is not None for found in inputs):
        raise Failure("--on spark needs files or addresses: other machines cannot read a stream on this one.", 2)
    tasks = session().sparkContext.parallelize(list(inputs), len(inputs))
    try:
        data, why = tasks.map(lambda found: read_one(found, how)).treeReduce(put_together)
    except Exception as error:
        raise Failure(reason_of(error)) from None
    if why:
        raise Failure(why)
    part = from_bytes(data)
    if missing := {name_of(found, options.origin) for found in inputs} - names_in(part):
        raise Failure(f"Spark returned no result for {', '.join(sorted(missing)[:10])}. Run it again.")
    return part


def session() -> "SparkSession":
    """The session there is, or one as spark-submit and the configuration say."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise Failure("Spark is not installed. Install it with `pip install 'seatwise[spark]'`.") from None
    return SparkSession.builder.appName("seatwise facts").getOrCreate()


def read_one(found: Input, how: argparse.Namespace) -> Result:
    """What one file says; where it cannot be read, other attempts may do better, so that this one fails."""
    try:
        if is_address(found.path):
            look_at(found, several=not how.alone)
        return to_bytes(read_files([found], how, alone=how.alone, today=how.today)), ""
    except UnreadableInput:
        raise
    except Unusable as error:
        return b"", str(error)


def put_together(one: Result, other: Result) -> Result:
    """Two parts as one."""
    (data, why), (more, why_not) = one, other
    if why or why_not:
        return b"", min(filter(None, (why, why_not)))
    part = from_bytes(data)
    try:
        part.add(from_bytes(more))
    except Unusable as error:
        return b"", str(error)
    return to_bytes(part), ""


def names_in(part: Part) -> set[str]:
    return {file.name for file in part.files.values()} | set(part.passed_over)


def reason_of(error: Any) -> str:
    """What the last attempt of a task said, or the beginning of what Spark says."""
    said = re.findall(r"UnreadableInput: (.+)", str(error))
    return said[-1].strip() if said else f"Spark: {str(error).strip().splitlines()[0][:300]}"
