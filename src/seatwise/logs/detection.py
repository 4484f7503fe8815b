"""Finding out the format of a log by trying the ones that have a name on its first lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatwise.lib.json_text import UnreadableJson, read_json
from seatwise.lib.logins import visible
from seatwise.lib.notices import Notice
from seatwise.logs.chunks import BYTE_ORDER_MARK
from seatwise.logs.fields import FormatError
from seatwise.logs.formats import NAMED, Format, parse_format
from seatwise.logs.inputs import Input, UnreadableInput, unpack_errors, unreadable
from seatwise.logs.line_summary import judge, one_line_state
from seatwise.logs.notices import FormatCode
from seatwise.logs.program import INTERPRETED, compile_format
from seatwise.logs.rules import Rules, Zones, judgement
from seatwise.logs.sections import Sections

LINES = 100
FILES = 5
FAR_FUTURE = 40_000  # a day in 2079: while a format is looked for, no line is in the future


@dataclass(frozen=True)
class Choice:
    """The format that was chosen, and why."""

    format: Format
    why: Notice


def first_lines(inputs: Sequence[Input]) -> list[bytes]:
    """Up to LINES lines of the first files, empty ones left out."""
    lines: list[bytes] = []
    for found in inputs[:FILES]:
        try:
            head = found.look().removeprefix(BYTE_ORDER_MARK)
        except UnreadableInput:
            raise
        except unpack_errors() as error:
            raise unreadable(found.name, error) from None
        cut = head.split(b"\n")[:LINES]
        lines += [line.removesuffix(b"\r") for line in cut if line.strip()]
    return lines


def fitting(form: Format, lines: Sequence[bytes]) -> tuple[int, Notice | None]:
    """How many of the lines are of a format; and why none counts where the log itself says that it is unsuitable."""
    sections = Sections(form)
    program = compile_format(form, INTERPRETED)
    tables = judgement(Rules(), Zones("UTC"), None, FAR_FUTURE, INTERPRETED)
    state = one_line_state()
    count, problems = 0, []
    for line in lines:
        text = line.removeprefix(BYTE_ORDER_MARK)
        if form.directives and sections.follow(text):
            program = compile_format(sections.form, INTERPRETED)
            problems += [sections.problem] if sections.names else []
        if text[:1] == b"#":
            count += form.directives
        else:
            count += judge(text, program, tables, state) != "malformed"
    unsuitable = problems[0] if problems and all(problems) else None
    return (0 if unsuitable else count), unsuitable


def detect(inputs: Sequence[Input], login_field: str | None = None) -> Choice:
    """The format that most of the first lines have; FormatError if fewer than half have any."""
    lines = first_lines(inputs)
    if not lines:
        return Choice(parse_format(next(iter(NAMED))), Notice(FormatCode.NO_LINES))
    counts = {}
    for name in NAMED:
        try:
            counts[name], unsuitable = fitting(parse_format(name, login_field), lines)
        except FormatError:
            counts[name], unsuitable = 0, None
        if unsuitable is not None:
            said = next(line for line in lines if line[:8].lower() == b"#fields:")
            names = visible(said[8:168].strip().decode("utf-8", "backslashreplace"))
            raise FormatError(FormatCode.FIELDS_LINE, file=inputs[0].name, names=names, why=unsuitable)
    most = max(counts.values())
    best = next(name for name in NAMED if 10 * counts[name] >= 9 * most)  # common fits what begins like it
    if 2 * counts[best] < len(lines) or counts[best] == 0:
        raise none_fits(lines, inputs[0].name)
    others = ", ".join(f"{name} {count}" for name, count in counts.items() if count and name != best)
    code = FormatCode.FIT_BEST if others else FormatCode.FIT
    why = Notice(code, {"fit": counts[best], "lines": len(lines), "others": others})
    return Choice(parse_format(best, login_field), why)


def none_fits(lines: Sequence[bytes], name: str) -> FormatError:
    """The refusal where no format fits."""
    line = visible(lines[0][:160].decode("utf-8", "backslashreplace"))
    refusal = FormatError(FormatCode.NONE_FITS, file=name, line=line)
    try:
        names = list(read_json(lines[0]))
    except (UnreadableJson, TypeError):
        return refusal
    return FormatError(FormatCode.NONE_FITS_JSON, refusal=refusal.notice, names=", ".join(map(str, names[:20])))
