"""What decided about one line, without anything personal: for samples, and in full for `explain`."""

import re

from seatwise.lib.days import date_of
from seatwise.lib.logins import written
from seatwise.lib.notices import Notice, Value
from seatwise.logs.judging import Judged, Lines
from seatwise.logs.layout import LONGEST_LINE
from seatwise.logs.notices import FormatCode, LineCode

_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_METHOD = re.compile(rb"[A-Z_-]{1,20}")
SHOWN = 60  # characters
LAST_DATE = 2932896  # the epoch day of 9999-12-31


def shape(raw: bytes) -> str:
    """What a text looks like without what it says: letters become a, digits 0."""
    text = written(raw[: 4 * SHOWN])
    text = _DIGIT.sub("0", _LETTER.sub("a", text))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def without_line(why: Notice) -> Notice:
    """Why a file was passed over, as it may be kept: not with what its first line says, but with what it looks like."""
    if isinstance(refusal := why.values.get("refusal"), Notice):
        return without_line(refusal)  # names of JSON may be those of people
    values: dict[str, Value] = {
        name: without_line(value) if isinstance(value, Notice) else value for name, value in why.values.items()
    }
    if why.code is FormatCode.NONE_FITS:
        values["line"] = shape(str(values["line"]).encode())
    return Notice(why.code, values)


def describe(text: bytes | None, lines: Lines) -> Notice:
    """Why a line has its reason, redacted."""
    if text is None or len(text) > LONGEST_LINE:
        return Notice(LineCode.TOO_LONG)
    judged = lines.judge(text)
    if judged.reason == "malformed":
        return malformed(text, judged)
    if judged.reason == "future":
        return Notice(LineCode.ON_DAY, {"day": str(date_of(min(judged.day, LAST_DATE)))})
    if judged.reason == "not_a_visit":
        method = judged.field("method")
        method_shown = shown(method) if _METHOD.fullmatch(method) else shape(method)
        return Notice(LineCode.METHOD_AND_STATUS, {"method": method_shown, "status": shown(judged.field("status"))})
    path, host = shape(target_of(judged).split(b"?")[0]), shape(judged.field("host"))
    if host:
        return Notice(LineCode.PATH_OF_HOST, {"path": path, "host": host})
    return Notice(LineCode.PATH, {"path": path})


def target_of(judged: Judged) -> bytes:
    """What was asked for, as it stands in the line."""
    return judged.field("path") or judged.field("uri")


def shown(raw: bytes) -> str:
    """A short text, cut if it is not."""
    text = written(raw[: 4 * SHOWN])
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def malformed(text: bytes, judged: Judged) -> Notice:
    if not text:
        return Notice(LineCode.EMPTY)
    if judged.at is not None:
        rest = shape(text[judged.at :]) or Notice(LineCode.ENDS)
        return Notice(LineCode.DOES_NOT_FIT, {"at": judged.at + 1, "rest": rest})
    if judged.day < 0:
        return Notice(LineCode.WRONG_TIME, {"text": shape(judged.field("time"))})
    if judged.status < 0:
        return Notice(LineCode.WRONG_STATUS, {"text": shape(judged.field("status"))})
    return Notice(LineCode.HOLDS_A_PREFIX, {"text": shape(judged.field("login"))})
