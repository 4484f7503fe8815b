"""How one line is taken apart, and why it is or is not an access: for a person who looks for a wrong format or rule."""

from dataclasses import dataclass

from seatwise.lib.days import date_of
from seatwise.lib.logins import written
from seatwise.lib.notices import Notice
from seatwise.logs import kernel
from seatwise.logs.chunks import BYTE_ORDER_MARK
from seatwise.logs.detection import fits
from seatwise.logs.formats import Format
from seatwise.logs.gathering import undo_escapes
from seatwise.logs.kernel import ACCESS, API, ASSET, Judgement, State
from seatwise.logs.layout import HOST, LOGIN, METHOD, PATH, STATUS, TIME, URI, Program
from seatwise.logs.line_summary import field_of, judge, malformed, one_line_state, shown, stops_fitting
from seatwise.logs.notices import LineCode
from seatwise.logs.program import INTERPRETED, compile_format
from seatwise.logs.reading import Source
from seatwise.logs.rules import judgement
from seatwise.logs.sections import Sections
from seatwise.logs.wrappers import WRAPPERS

IS = {ACCESS: LineCode.IS_SCREEN, API: LineCode.IS_API, ASSET: LineCode.IS_ASSET}


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
        self.format: Format = source.format
        self.sections = Sections(source.format)
        self.programs = frozenset(source.logins.key(login) for login in source.rules.programs)
        self.state: State = one_line_state()
        self.use(source.format)

    def use(self, form: Format) -> None:
        """Read what follows in this format."""
        self.program: Program = compile_format(form, INTERPRETED)
        source = self.source
        self.judgement: Judgement = judgement(source.rules, source.zones, form.log_zone, source.today, INTERPRETED)

    def explain(self, text: bytes) -> Explanation:
        """What becomes of one line, without its line end."""
        text = text.removeprefix(BYTE_ORDER_MARK)
        if self.format.directives and self.sections.follow(text):
            self.use(self.sections.form)
        reason = judge(text, self.program, self.judgement, self.state)
        if self.format.directives and text[:1] == b"#":
            return Explanation(reason, self.sections.problem or Notice(LineCode.DIRECTIVE), ())
        if len(text) > kernel.LONGEST_LINE:
            return Explanation(reason, Notice(LineCode.TOO_LONG), ())
        if reason == "malformed":
            at = stops_fitting(text, self.program, self.state)
            why = malformed(text, at, self.program, self.judgement, self.state)
            wrapper = self.likely_wrapper(text)
            if wrapper is not None:
                why = Notice(LineCode.WRAPPED, {"why": why, "wrapper": wrapper})
            return Explanation(reason, why, ())
        if reason == "access" and self.source.logins.key(self.login(text)) in self.programs:
            reason = "system_account"
        if reason == "other_service":
            return Explanation(reason, self.why_other(text), self.fields(text))
        return Explanation(reason, Notice(LineCode[reason.upper()]), self.fields(text))

    def likely_wrapper(self, text: bytes) -> str | None:
        """The wrapper without which a malformed line would fit."""
        inner = ((name, wrapper.unwrap(text)) for name, wrapper in WRAPPERS.items())
        return next((name for name, line in inner if line != text and fits(line.rstrip(b"\n"), self.program)), None)

    def login(self, text: bytes) -> str:
        """The login of the line that was judged last."""
        raw = field_of(text, self.state, LOGIN)
        return written(undo_escapes(raw, self.format.escapes))

    def path_class(self, text: bytes) -> LineCode:
        """What the path of the line is for."""
        kernel.find_target(text, self.state.spans)
        return IS.get(kernel.class_of_target(text, self.program, self.judgement, self.state), LineCode.IS_NOTHING)

    def why_other(self, text: bytes) -> Notice:
        """Why a line is for another service."""
        if self.path_class(text) == LineCode.IS_NOTHING:
            return Notice(LineCode.OTHER_PATH)
        host = shown(field_of(text, self.state, HOST))
        return Notice(LineCode.OTHER_HOST, {"host": host}) if host else Notice(LineCode.NO_HOST)

    def fields(self, text: bytes) -> tuple[tuple[str, str | Notice], ...]:
        state = self.state
        instant = kernel.instant_of(text, self.program, self.judgement, state)
        day = kernel.day_of(instant, self.judgement, state.n)
        time = shown(field_of(text, state, TIME)) or Notice(LineCode.DATE_AND_TIME)
        in_zone = {"day": str(date_of(day)), "zone": self.source.zones.organization, "time": time}
        path = self.path_class(text)
        target = field_of(text, state, PATH) or field_of(text, state, URI)
        found: list[tuple[str, str | Notice]] = [
            ("day", Notice(LineCode.DAY_IN_ZONE, in_zone)),
            ("login", self.login(text) or Notice(LineCode.NO_LOGIN)),
            ("host", shown(field_of(text, state, HOST))),
            ("path", Notice(path, {"path": shown(target)})),
            ("status", shown(field_of(text, state, STATUS))),
            ("method", shown(field_of(text, state, METHOD))),
        ]
        return tuple((name, value) for name, value in found if value)
