"""`seatwise explain`: how lines are taken apart, and why each is or is not an access."""

import argparse
import queue
from collections.abc import Iterator
from dataclasses import replace

from seatwise.commands.errors import Failure
from seatwise.commands.reading_options import LOG_HELP, add_reading, add_rules, at_least, source_of
from seatwise.logs.chunks import Buffer, cut
from seatwise.logs.explanation import Explainer, Explanation
from seatwise.logs.fields import FormatError
from seatwise.logs.formats import AUTO
from seatwise.logs.inputs import Input, UnreadableInput, unpack_errors, unreadable
from seatwise.logs.layout import LONGEST_LINE
from seatwise.logs.places import find_inputs
from seatwise.logs.wrappers import unwrapped

HELP = "show how the lines of a log are read, and why each does or does not count as access"
NEEDS_SITE = False
LINES = 10  # explained where no line is asked for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The log, how it is read, and which line."""
    parser.add_argument("logs", nargs="+", metavar="LOG", help=LOG_HELP)
    add_rules(parser)
    add_reading(parser)
    parser.add_argument("--line", metavar="N", type=at_least(1), help=f"only line N (default: the first {LINES})")


def run(options: argparse.Namespace) -> None:
    """Print what becomes of each line."""
    try:
        inputs = find_inputs(options.logs)
        choice = source_of(options, inputs)
        print(f"Format: {choice.source.format.name}" + (f" ({choice.why})" if choice.why else ""))
        for found in inputs:
            if found.problem is not None:
                print(f"\n{found.problem}")
                continue
            source = replace(choice.source, format=found.form or choice.source.format)
            if not explain_file(found, Explainer(source), options.line):
                raise Failure(f"{found.name} has no line {options.line}.")
    except UnreadableInput as error:
        raise Failure(error) from None
    except (FormatError, ValueError) as error:
        raise Failure(error, 1 if options.format == AUTO and isinstance(error, FormatError) else 2) from None


def lines_of(found: Input) -> Iterator[bytes]:
    """The lines of an input without their ends; one that is too long is cut one byte behind the limit."""
    pool: queue.Queue[Buffer] = queue.Queue()
    for _ in range(3):
        pool.put(Buffer(bytearray(2 * LONGEST_LINE)))
    for chunk in cut(found.open(), pool):
        if chunk.too_long:
            yield b"x" * (LONGEST_LINE + 1)
        block = unwrapped(bytes(chunk.buffer.data[chunk.start : chunk.end]), found.wrapper)
        lines = block.split(b"\n")
        yield from (line.removesuffix(b"\r") for line in (lines if lines[-1] else lines[:-1]))
        pool.put(chunk.buffer)


def explain_file(found: Input, explainer: Explainer, wanted: int | None) -> bool:
    """Print the explanations of one file's lines; whether there was the wanted one."""
    explained: list[tuple[int, Explanation]] = []
    try:
        for number, line in enumerate(lines_of(found), 1):
            explanation = explainer.explain(line)
            if wanted is None or number == wanted:
                explained.append((number, explanation))
            if number == (wanted or LINES):
                break
    except unpack_errors() as error:
        raise unreadable(found.name, error) from None
    finally:
        found.close()
    for number, explanation in explained:
        show(f"{found.name} line {number}", explanation)
    return wanted is None or bool(explained)


def show(place: str, explanation: Explanation) -> None:
    print(f"\n{place}: {explanation.reason}\n  because {explanation.why}")
    for name, value in explanation.fields:
        print(f"  {name:7} {value}")
