"""Reading logs into a part, one file after the other."""

import os
from collections.abc import Sequence
from dataclasses import replace

from seatwise.lib.notices import Notice
from seatwise.logs.file_marks import marking
from seatwise.logs.inputs import STANDARD_INPUT, Input
from seatwise.logs.judging import Engine
from seatwise.logs.line_summary import without_line
from seatwise.logs.parts import Part, ReadFile
from seatwise.logs.reading import Progress, Source, read_inputs
from seatwise.logs.reading_rules import ReadingRules
from seatwise.logs.remote import is_address


def read_part(
    inputs: Sequence[Input],
    source: Source,
    rules: ReadingRules,
    *,
    origin: str = "",
    on_progress: Progress | None = None,
    by: Engine | None = None,
) -> Part:
    """Read files one by one into a part. `origin` stands before the names of files: the machine they come from."""
    part = Part(rules)
    total, done = sum(found.size for found in inputs), 0

    def progress(read: int, _: int) -> None:
        if on_progress is not None:
            on_progress(done + read, total)

    for found in inputs:
        name = name_of(found, origin)
        if found.problem is not None:
            part.passed_over[name] = without_line(found.problem)
            continue
        mark = marking(found)
        form = found.form or source.format
        facts = read_inputs([found], replace(source, format=form), on_progress=progress, by=by)
        for samples in facts.account.samples.values():
            samples[:] = [replace(sample, file=name) for sample in samples]
        said = [notice for notice in facts.account.said if "file" in notice.values]  # others are of all files together
        facts.account.said = [Notice(notice.code, {**notice.values, "file": name}) for notice in said]
        read_as = "+".join((*found.wrapper, form.name))
        file = ReadFile(name, *mark(), read_as, source.today, facts.covered, facts.account)
        part.add(Part(rules, {file.key: file}, facts.logins))
        done += found.size
    return part


def name_of(found: Input, origin: str) -> str:
    """What a file is called in a part: its address, or the machine and the whole path."""
    if is_address(found.path):
        return found.name
    name = found.name if found.name == STANDARD_INPUT else os.path.abspath(found.name)
    return f"{origin}:{name}" if origin else name
