"""Finding out the format of each log, and what is around its lines, by trying those that have a name."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seatwise.lib.json_text import UnreadableJson, read_json
from seatwise.lib.logins import visible
from seatwise.lib.notices import Notice
from seatwise.logs.chunks import BYTE_ORDER_MARK
from seatwise.logs.engine import lines_of
from seatwise.logs.fields import FormatError
from seatwise.logs.formats import Format, parse_format
from seatwise.logs.inputs import NO_LOGS, Input, UnreadableInput, unpack_errors, unreadable
from seatwise.logs.judging import How, Lines
from seatwise.logs.named_formats import NAMED
from seatwise.logs.notices import FormatCode
from seatwise.logs.rules import Rules, Zones
from seatwise.logs.sections import Sections
from seatwise.logs.suggested import suggested
from seatwise.logs.w3c import is_directive
from seatwise.logs.wrappers import LAST_RESORT, WRAPPERS, named_wrappers, unwrapped

LINES = 100
MORE_LINES = 2_000  # where none of the first ones fits
FEW = 20  # lines by which it is seen whether a wrapper is there at all
_METHOD = re.compile(rb"[A-Za-z_-]+")
_HOST = re.compile(rb"[\w.:\[\]-]*")
FAR_FUTURE = 40_000  # a day in 2079: while a format is looked for, no line is in the future


@dataclass(frozen=True)
class Choice:
    """The format that was chosen, and why."""

    format: Format
    why: Notice


def head_of(found: Input) -> bytes:
    """The first lines of an input, whole ones."""
    try:
        head = found.look().removeprefix(BYTE_ORDER_MARK)
    except UnreadableInput:
        raise
    except unpack_errors() as error:
        raise unreadable(found.name, error) from None
    return head[: head.rfind(b"\n") + 1] or head


def lines_in(head: bytes, wrapper: Sequence[str], most: int) -> list[bytes]:
    """Up to so many lines of a head without their wrapper, empty ones left out."""
    lines = unwrapped(head, wrapper).split(b"\n", most)[:most]
    return [line.removesuffix(b"\r") for line in lines if line.strip()]


def fitting(form: Format, lines: Sequence[bytes]) -> tuple[int, Notice | None]:
    """How many of the lines are of a format; and why none counts where the log itself says that it is unsuitable."""
    sections = Sections(form)
    found = at_any_time(form)
    count, problems = 0, []
    for line in lines:
        text = line.removeprefix(BYTE_ORDER_MARK)
        if form.directives and sections.follow(text):
            found = at_any_time(sections.form)
            problems += [sections.problem] if sections.names else []
        if text[:1] == b"#":
            count += form.directives and is_directive(text)
        else:
            count += fits(text, found, form)
    if form.json is not None and not any(names_login(line, form) for line in lines):
        count = 0  # or everybody would be nobody
    if form.name in NAMED and NAMED[form.name].login and not all_logins(form, lines):
        count = 0
    unsuitable = problems[0] if problems and all(problems) else None
    return (0 if unsuitable else count), unsuitable


def may_fit(form: Format, lines: Sequence[bytes]) -> bool:
    """Whether one of a few lines is of a format. Most formats are ruled out so."""
    found = at_any_time(form)
    return form.directives or any(fits(line.removeprefix(BYTE_ORDER_MARK), found, form) for line in lines)


def names_login(line: bytes, form: Format) -> bool:
    """Whether a line of JSON has the name under which the login stands, whatever it says there."""
    return form.json is not None and b'"%b"' % form.json["login"][-1].encode() in line


def all_logins(form: Format, lines: Sequence[bytes]) -> bool:
    """Whether there are logins, and all look like such of a format whose logins may be anything."""
    found, expected = at_any_time(form), re.compile(NAMED[form.name].login)
    logins = [
        judged.field("login") for judged in map(found.judge, lines) if judged.reason not in ("malformed", "anonymous")
    ]
    return bool(logins) and all(expected.fullmatch(login.decode("utf-8", "replace")) for login in logins)


def at_any_time(form: Format) -> Lines:
    """What looks at lines while their format is looked for: no day is in the future."""
    return lines_of(How(form, Rules(), Zones("UTC"), FAR_FUTURE))


def fits(text: bytes, lines: Lines, form: Format) -> bool:
    """Whether a line is of a format."""
    if form.json is not None and text[:1] not in (b"{", b" ", b"\t"):
        return False
    judged = lines.judge(text)
    if form.json is not None and not (judged.field("request") or judged.field("uri")):
        return False
    if form.name in NAMED:
        named = NAMED[form.name]
        if re.match(named.begins.encode(), text) is None or not all(b'"%b"' % m.encode() in text for m in named.marks):
            return False
    if 200 <= judged.status < 300 and not _METHOD.fullmatch(judged.field("method") or b"-"):
        return False  # no server grants a garbled request
    return judged.reason != "malformed" and _HOST.fullmatch(judged.field("host")) is not None


@dataclass(frozen=True)
class Fit:
    """How well a format fits the first lines of a file, without a wrapper or with one."""

    counts: Mapping[str, int]  # by format
    wrapper: tuple[str, ...]
    lines: int

    @property
    def most(self) -> int:
        """How many of the lines fit the format that fits best."""
        return max(self.counts.values(), default=0)

    @property
    def best(self) -> str:
        """The first format that fits nearly as many: common fits what begins like it."""
        return next(name for name, count in self.counts.items() if 10 * count >= 9 * self.most)


def fit(forms: Mapping[str, Format], head: bytes, wrapper: tuple[str, ...], most: int) -> Fit:
    """How well the formats fit the lines of a head without this wrapper. FormatError where the log refuses itself."""
    lines = lines_in(head, wrapper, most)
    likely = {name: form for name, form in forms.items() if may_fit(form, lines[:FEW])}
    found = count_fits(likely, lines)
    if 10 * max(found.values(), default=0) < 9 * len(lines):
        found |= count_fits({name: form for name, form in forms.items() if name not in likely}, lines)
    return Fit({name: found.get(name, 0) for name in forms}, wrapper, len(lines))


def count_fits(forms: Mapping[str, Format], lines: Sequence[bytes]) -> dict[str, int]:
    """How many of the lines each format fits. FormatError where the log refuses itself."""
    counts = {}
    for name, form in forms.items():
        counts[name], unsuitable = fitting(form, lines)
        if unsuitable is not None:
            said = next(line for line in lines if b"#fields:" in line.lower())
            names = visible(said[said.find(b":") + 1 :][:160].strip().decode("utf-8", "backslashreplace"))
            raise FormatError(FormatCode.FIELDS_LINE, file="%(file)s", names=names, why=unsuitable)
    return counts


def best_fit(forms: Mapping[str, Format], head: bytes, wrapper: tuple[str, ...] | None) -> Fit:
    """The wrapper and format that fit best; `wrapper` is the one to be taken off, None if it is to be found out."""
    best = best_of(forms, head, wrapper, LINES)
    return best if best.most or not best.lines else best_of(forms, head, wrapper, MORE_LINES)


def best_of(forms: Mapping[str, Format], head: bytes, wrapper: tuple[str, ...] | None, most: int) -> Fit:
    """As best_fit(), by so many lines."""
    if wrapper is not None:
        return fit(forms, head, wrapper, most)
    best = fit(forms, head, (), most)
    if not best.lines or 10 * best.most >= 9 * best.lines:
        return best
    few = b"\n".join(head.split(b"\n", FEW)[:FEW]) + b"\n"
    known = [name for name in WRAPPERS if name not in LAST_RESORT]
    once = around(few, [()], known)
    for candidates in (once, around(few, once, known), around(few, [(), *once], LAST_RESORT)):
        for names in candidates:
            found = fit(forms, head, names, most)
            if found.most > best.most:
                best = found
        if best.most and (2 * best.most >= best.lines or candidates is not once):
            break
    return best


def around(few: bytes, outer: Sequence[tuple[str, ...]], names: Sequence[str]) -> list[tuple[str, ...]]:
    """The wrappers that are to be seen in some lines, within others."""
    tried = [(*before, name) for before in outer for name in names]
    return [each for each in tried if unwrapped(few, each) != unwrapped(few, each[:-1])]


def detect(inputs: Sequence[Input], login_field: str | None = None, wrapper: str | None = None) -> Choice:
    """The format of each of the inputs, noted in it, by its first lines; what is unsuitable among several is so marked.

    The choice is that of the first that was read. FormatError if there is none.
    """
    forms, known = {}, set()
    for name, named in NAMED.items():
        if named.definition in known:  # it differs by its escapes alone
            continue
        known.add(named.definition)
        with contextlib.suppress(FormatError):
            forms[name] = parse_format(name, login_field)
    return choose(inputs, forms, wrapper)


def choose(inputs: Sequence[Input], forms: Mapping[str, Format], wrapper: str | None = None) -> Choice:
    """As detect(), among these formats."""
    names = named_wrappers(wrapper) if wrapper is not None else None
    choice: Choice | None = None
    last: Fit | None = None
    used = [found for found in inputs if found.problem is None]
    for found in used:
        try:
            head = head_of(found)
        except UnreadableInput as error:
            leave_out(found, inputs, error)
            continue
        try:
            last = same_again(forms, head, last) or best_fit(forms, head, names)
            if last.lines and not last.most:
                raise none_fits(lines_in(head, (), LINES), found.name)
        except FormatError as error:
            refusal = FormatError(error.notice.code, **{**error.notice.values, "file": found.name})
            if len(inputs) == 1:
                raise refusal from None
            found.problem, last = refusal.notice, None
            continue
        if last.lines:
            found.form, found.wrapper = forms[last.best], last.wrapper
            choice = choice or Choice(found.form, why(last))
    if choice is None and used and all(found.problem for found in used):
        assert used[0].problem is not None
        raise FormatError(used[0].problem.code, **used[0].problem.values)
    return choice or Choice(next(iter(forms.values())), Notice(FormatCode.NO_LINES))


def note_wrappers(inputs: Sequence[Input], form: Format, wrapper: str | None = None) -> None:
    """Note in each of the inputs what is around its lines, where their format is known."""
    names = named_wrappers(wrapper) if wrapper is not None else None
    for found in inputs:
        if found.problem is None:
            try:
                found.wrapper = best_fit({form.name: form}, head_of(found), names).wrapper
            except FormatError:
                pass  # said line by line when it is read
            except UnreadableInput as error:
                leave_out(found, inputs, error)


def leave_out(found: Input, inputs: Sequence[Input], why: UnreadableInput) -> None:
    """Mark an input that is no log, if it is one of several; else raise what it is."""
    if len(inputs) == 1 or why.notice.code not in NO_LOGS:
        raise why
    found.problem = why.notice


def same_again(forms: Mapping[str, Format], head: bytes, last: Fit | None) -> Fit | None:
    """The fit of the file before, if it is that of this one, too: logs of one server are many."""
    if last is None or not last.most or last.best == "common":
        return None
    again = fit({last.best: forms[last.best]}, head, last.wrapper, LINES)
    return again if again.lines and again.most == again.lines else None


def why(best: Fit) -> Notice:
    """Why a format was chosen."""
    others = ", ".join(f"{name} {count}" for name, count in best.counts.items() if count and name != best.best)
    code = FormatCode.FIT_BEST if others else FormatCode.FIT
    said = Notice(code, {"fit": best.counts[best.best], "lines": best.lines, "others": others})
    own = (NAMED[best.best].wrapper,) if best.best in NAMED else ()
    wrapper = "+".join(best.wrapper[:-1] if best.wrapper[-1:] == own else best.wrapper)
    return Notice(FormatCode.UNWRAPPED, {"why": said, "wrapper": wrapper}) if wrapper else said


def none_fits(lines: Sequence[bytes], name: str) -> FormatError:
    """The refusal where no format fits."""
    line = visible(lines[0][:160].decode("utf-8", "backslashreplace"))
    refusal = FormatError(FormatCode.NONE_FITS, file=name, line=line)
    kinds = {name: unwrapped(lines[0], [name]) for name in ("logfmt", "ltsv", "json")}
    kind, pairs = next((each for each in kinds.items() if each[1] != lines[0]), ("json", lines[0]))
    try:
        found = read_json(pairs)
    except UnreadableJson:
        return refusal
    if not isinstance(found, dict):
        return refusal
    code = FormatCode.NONE_FITS_JSON if kind == "json" else FormatCode.NONE_FITS_PAIRS
    said = Notice(code, {"refusal": refusal.notice, "names": ", ".join([*found][:20]), "kind": kind})
    form = suggested(found, kind)
    if form is None:
        return FormatError(FormatCode.NONE_FITS_NOBODY, refusal=said)
    if not form:
        return FormatError(said.code, **said.values)
    return FormatError(FormatCode.NONE_FITS_TRY, refusal=said, format=form)
