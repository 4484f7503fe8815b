"""What decided about one line, without anything personal: for samples, and in full for `explain`."""

import re

from seatwise.lib.days import date_of
from seatwise.lib.logins import written
from seatwise.lib.notices import Notice
from seatwise.logs import kernel
from seatwise.logs.engine import new_state
from seatwise.logs.facts import REASON_NAMES
from seatwise.logs.kernel import Judgement, State
from seatwise.logs.layout import FITS, HOST, LOGIN, METHOD, PATH, STATUS, TIME, URI, Program
from seatwise.logs.notices import LineCode
from seatwise.logs.program import INTERPRETED
from seatwise.logs.splitting import split_line

_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_METHOD = re.compile(rb"[A-Z_-]{1,20}")
SHOWN = 60  # characters


def shape(raw: bytes) -> str:
    """What a text looks like without what it says: letters become a, digits 0."""
    text = written(raw[: 4 * SHOWN])
    text = _DIGIT.sub("0", _LETTER.sub("a", text))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def stops_fitting(text: bytes, program: Program, state: State) -> int:
    """FITS, or where the line stops fitting its format."""
    return split_line(text, 0, len(text), program, state.spans)


def field_of(text: bytes, state: State, kind: int) -> bytes:
    """The text of a field of the line that was split last."""
    return text[state.spans[2 * kind] : state.spans[2 * kind + 1]]


def describe(text: bytes | None, reason: str, program: Program, judgement: Judgement) -> Notice:
    """Why a line has a reason, redacted."""
    if text is None or len(text) > kernel.LONGEST_LINE:
        return Notice(LineCode.TOO_LONG)
    state = one_line_state()
    at = stops_fitting(text, program, state)
    if reason == "malformed":
        return malformed(text, at, program, judgement, state)
    kernel.find_target(text, state.spans)
    if reason == "future":
        day = kernel.day_of(kernel.instant_of(text, program, judgement, state), judgement, state.n)
        return Notice(LineCode.ON_DAY, {"day": str(date_of(day))})
    if reason == "not_a_visit":
        method = field_of(text, state, METHOD)
        method_shown = shown(method) if _METHOD.fullmatch(method) else shape(method)
        status = shown(field_of(text, state, STATUS))
        return Notice(LineCode.METHOD_AND_STATUS, {"method": method_shown, "status": status})
    target = field_of(text, state, PATH) or field_of(text, state, URI)
    path, host = shape(target.split(b"?")[0]), shape(field_of(text, state, HOST))
    if host:
        return Notice(LineCode.PATH_OF_HOST, {"path": path, "host": host})
    return Notice(LineCode.PATH, {"path": path})


def shown(raw: bytes) -> str:
    """A short text, cut if it is not."""
    text = written(raw[: 4 * SHOWN])
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def malformed(text: bytes, at: int, program: Program, judgement: Judgement, state: State) -> Notice:
    if not text:
        return Notice(LineCode.EMPTY)
    if at != FITS:
        rest = shape(text[at:]) or Notice(LineCode.ENDS)
        return Notice(LineCode.DOES_NOT_FIT, {"at": at + 1, "rest": rest})
    if kernel.instant_of(text, program, judgement, state) < 0:
        return Notice(LineCode.WRONG_TIME, {"text": shape(field_of(text, state, TIME))})
    status = field_of(text, state, STATUS)
    if program.assumed < 0 and kernel.status_of(status, 0, len(status)) < 0:
        return Notice(LineCode.WRONG_STATUS, {"text": shape(status)})
    return Notice(LineCode.HOLDS_A_PREFIX, {"text": shape(field_of(text, state, LOGIN))})


def one_line_state() -> State:
    """A state for looking at single lines: it has room for any, and is emptied for each."""
    return new_state(INTERPRETED)._replace(arena=bytearray(kernel.LONGEST_LINE + 1))


def judge(text: bytes, program: Program, judgement: Judgement, state: State) -> str:
    """The reason of one line; its fields are left in the state."""
    state.n[:] = [0] * len(state.n)
    state.n[kernel.LATEST_DAY] = -1
    state.n[kernel.FIRST_DAY], state.n[kernel.LAST_DAY] = kernel.NO_DAY, -1
    state.spans[:] = [0] * len(state.spans)
    state.login_slots[:] = [-1] * len(state.login_slots)
    state.keys[:] = [-1] * len(state.keys)
    return REASON_NAMES[kernel.judge_line(text, 0, len(text), program, judgement, state)]
