"""Reading what commands are given: logs, now or into a part, or files of facts that were made of logs before."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from seatwise.commands.errors import Failure
from seatwise.commands.reading_options import ProgressBar, add_reading, add_rules, source_of, today_in
from seatwise.lib.notices import Notice
from seatwise.logs.facts import Facts
from seatwise.logs.fields import FormatError
from seatwise.logs.formats import AUTO
from seatwise.logs.gathering import LoginRules
from seatwise.logs.inputs import Input
from seatwise.logs.parts import Part, are_parts
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import Progress, read_inputs
from seatwise.logs.reading_rules import rules_of


@dataclass(frozen=True)
class WhatWasRead:
    """Facts, and how they were read."""

    facts: Facts
    logins: LoginRules
    time_zone: str
    today: int
    format: str
    why: Notice | None = None  # in that format
    said: Sequence[Notice] = ()


def read_what_is_given(options: argparse.Namespace, progress: ProgressBar) -> WhatWasRead:
    """Read logs as the options say, or put files of facts together. Raises what reading does, and Failure."""
    inputs = find_inputs(options.logs)
    if are_parts(inputs):
        return from_parts(inputs, options)
    choice = source_of(options, inputs)
    source = choice.source
    facts = read_inputs(inputs, source, on_progress=progress)
    return WhatWasRead(facts, source.logins, source.zones.organization, source.today, source.format.name, choice.why)


def from_parts(inputs: Sequence[Input], options: argparse.Namespace) -> WhatWasRead:
    """Files of facts put together. How their logs were read was said when they were made."""
    from seatwise.logs.fact_files import merged  # which takes its time to import

    if given := ", ".join(rules_given(options)):
        raise Failure(f"Fact files contain how their logs were read: leave out {given}.", 2)
    part = merged(inputs)
    rules, today = part.rules, today_in(part.rules.time_zone)
    part.refuse_future(today)
    return WhatWasRead(
        part.facts(),
        LoginRules(rules.exact_logins, rules.drop_domain),
        rules.time_zone,
        today,
        ", ".join(part.formats),
        said=tuple(part.notices()),
    )


def rules_given(options: argparse.Namespace) -> Iterator[str]:
    """The options that say how logs are read and were given."""
    parser = argparse.ArgumentParser()
    add_rules(parser)
    add_reading(parser)
    for name, default in vars(parser.parse_args([])).items():
        if getattr(options, name) != default:
            yield "--" + name.replace("_", "-")


def read_files(
    inputs: Sequence[Input],
    options: argparse.Namespace,
    *,
    alone: bool,
    today: int | None = None,
    on_progress: Progress | None = None,
) -> Part:
    """What files say. Each has the format that it would have alone; one that has none is passed over, unless it is."""
    from seatwise.logs.part_reading import read_part  # slow to import, and only parts need it

    for found in inputs:
        if found.problem is None:
            try:
                found.form = source_of(options, [found]).source.format
            except FormatError as error:
                if alone or options.format != AUTO:
                    raise
                found.problem = error.notice
    source = source_of(options, []).source
    if today is not None:
        source = replace(source, today=today)
    rules = rules_of(options.format, options.login_field, source, options.wrapper)
    return read_part(inputs, source, rules, origin=options.origin, on_progress=on_progress)
