"""How one line is taken apart, and why it is or is not an access: for a person who looks for a wrong format or rule."""

from dataclasses import dataclass

from seatwise.lib.days import date_of
from seatwise.lib.logins import written
from seatwise.lib.notices import Notice
from seatwise.logs.chunks import BYTE_ORDER_MARK
from seatwise.logs.detection import fits
from seatwise.logs.engine import lines_of
from seatwise.logs.escapes import unescape
from seatwise.logs.judging import Judged
from seatwise.logs.layout import LONGEST_LINE
from seatwise.logs.line_summary import LAST_DATE, malformed, shown, target_of
from seatwise.logs.notices import LineCode
from seatwise.logs.reading import Source
from seatwise.logs.sections import Sections
from seatwise.logs.wrappers import WRAPPERS

IS = {"access": LineCode.IS_SCREEN, "api": LineCode.IS_API, "asset": LineCode.IS_ASSET}


@dataclass(frozen=True)
class Explanation:
    """The reason of a line, why, and its fields by name in the order in which they decide."""

    reason: str
    why: Notice
    fields: tuple[tuple[str, str | Notice], ...]


class Explainer:
    """Explains lines of one source, one after the other; `#Fields` lines of a W3C log change what follows."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.sections = Sections(source.format)
        self.programs = frozenset(source.logins.key(login) for login in source.rules.programs)
        self.lines = lines_of(source.how(source.format))

    def explain(self, text: bytes) -> Explanation:
        """What becomes of one line, without its line end."""
        text = text.removeprefix(BYTE_ORDER_MARK)
        form = self.sections.form
        if form.directives and self.sections.follow(text):
            self.lines = lines_of(self.source.how(self.sections.form))
        judged = self.lines.judge(text)
        reason = judged.reason
        if form.directives and text[:1] == b"#":
            return Explanation(reason, self.sections.problem or Notice(LineCode.DIRECTIVE), ())
        if len(text) > LONGEST_LINE:
            return Explanation(reason, Notice(LineCode.TOO_LONG), ())
        if reason == "malformed":
            why = malformed(text, judged)
            wrapper = self.likely_wrapper(text)
            if wrapper is not None:
                why = Notice(LineCode.WRAPPED, {"why": why, "wrapper": wrapper})
            return Explanation(reason, why, ())
        if reason == "access" and self.source.logins.key(self.login(judged)) in self.programs:
            reason = "system_account"
        why = why_other(judged) if reason == "other_service" else Notice(LineCode[reason.upper()])
        return Explanation(reason, why, self.fields(judged))

    def likely_wrapper(self, text: bytes) -> str | None:
        """The wrapper without which a malformed line would fit."""
        inner = ((name, wrapper.unwrap(text).rstrip(b"\n")) for name, wrapper in WRAPPERS.items())
        form = self.sections.form
        return next((name for name, line in inner if line != text and fits(line, self.lines, form)), None)

    def login(self, judged: Judged) -> str:
        """The login of a line."""
        return written(unescape(judged.field("login"), self.sections.form.escapes))

    def fields(self, judged: Judged) -> tuple[tuple[str, str | Notice], ...]:
        time = shown(judged.field("time")) or Notice(LineCode.DATE_AND_TIME)
        day = str(date_of(min(judged.day, LAST_DATE)))
        path = IS.get(judged.path_class, LineCode.IS_NOTHING)
        found: list[tuple[str, str | Notice]] = [
            ("day", Notice(LineCode.DAY_IN_ZONE, {"day": day, "zone": self.source.zones.organization, "time": time})),
            ("login", self.login(judged) or Notice(LineCode.NO_LOGIN)),
            ("host", shown(judged.field("host"))),
            ("path", Notice(path, {"path": shown(target_of(judged))})),
            ("status", shown(judged.field("status"))),
            ("method", shown(judged.field("method"))),
        ]
        return tuple((name, value) for name, value in found if value)


def why_other(judged: Judged) -> Notice:
    """Why a line is for another service."""
    if judged.path_class == "other_service":
        return Notice(LineCode.OTHER_PATH)
    host = shown(judged.field("host"))
    return Notice(LineCode.OTHER_HOST, {"host": host}) if host else Notice(LineCode.NO_HOST)
