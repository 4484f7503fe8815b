"""How one line is taken apart, and why it is or is not an access: for a person who looks for a wrong format or rule."""

from dataclasses import dataclass, replace

from seatwise.lib.days import date_of
from seatwise.lib.logins import written
from seatwise.logs import kernel, w3c
from seatwise.logs.fields import assign
from seatwise.logs.formats import Format
from seatwise.logs.gathering import undo_escapes
from seatwise.logs.kernel import ACCESS, API, ASSET, Judgement, State
from seatwise.logs.line_summary import field_of, judge, malformed, one_line_state, shown, stops_fitting
from seatwise.logs.program import INTERPRETED, compile_format
from seatwise.logs.reading import Source
from seatwise.logs.rules import judgement
from seatwise.logs.splitting import HOST, LOGIN, METHOD, PATH, STATUS, TIME, URI, Program

WHY = {
    "future": "its day is later than tomorrow",
    "anonymous": "it names no login: nobody was signed in",
    "failed": "the status is 400 or more: the server refused",
    "redirected": "the status is 3xx and not 304: the browser was sent elsewhere",
    "not_a_visit": "the method is neither GET nor POST, or the status is below 200",
    "api": "the path is one of the API: a program called, nobody looked at a screen",
    "asset": "the path is a style sheet, script, picture or font",
    "system_account": "the login was declared to be a program",
    "access": "a signed-in user asked for a screen, and got it",
}


@dataclass(frozen=True)
class Explanation:
    """The reason of a line, why, and its fields by name in the order in which they decide."""

    reason: str
    why: str
    fields: tuple[tuple[str, str], ...]


class Explainer:
    """Explains lines of one source, one after the other; `#Fields` lines of a W3C log change what follows."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.format: Format = source.format
        self.program: Program = compile_format(source.format, INTERPRETED)
        self.judgement: Judgement = judgement(source.rules, source.zones, source.today, INTERPRETED)
        self.programs = frozenset(source.logins.key(login) for login in source.rules.programs)
        self.state: State = one_line_state()

    def explain(self, text: bytes) -> Explanation:
        """What becomes of one line, without its line end. FormatError for #Fields that lack something."""
        names = w3c.fields_of(text) if self.format.directives else None
        if names is not None:
            pieces = assign(w3c.w3c_pieces(names), self.format.login_field)
            self.program = compile_format(replace(self.format, pieces=pieces), INTERPRETED)
        reason = judge(text, self.program, self.judgement, self.state)
        if self.format.directives and text[:1] == b"#":
            return Explanation(reason, "a directive: it says how the next lines are written", ())
        if len(text) > kernel.LONGEST_LINE:
            return Explanation(reason, "longer than 1 MiB", ())
        if reason == "malformed":
            at = stops_fitting(text, self.program, self.state)
            return Explanation(reason, malformed(text, at, self.program, self.judgement, self.state), ())
        if reason == "access" and self.source.logins.key(self.login(text)) in self.programs:
            reason = "system_account"
        return Explanation(reason, WHY.get(reason) or self.why_other(text), self.fields(text))

    def login(self, text: bytes) -> str:
        """The login of the line that was judged last."""
        raw = field_of(text, self.state, LOGIN)
        return written(undo_escapes(raw) if self.format.escapes else raw)

    def path_class(self, text: bytes) -> str:
        """What the path of the line is for."""
        kernel.find_target(text, self.state.spans)
        found = kernel.class_of_target(text, self.program, self.judgement, self.state)
        return {ACCESS: "a screen", API: "of the API", ASSET: "an asset"}.get(found, "of no kind")

    def why_other(self, text: bytes) -> str:
        """Why a line is for another service."""
        if self.path_class(text) == "of no kind":
            return "the path fits neither API, asset nor screen of this service"
        return f"the host {shown(field_of(text, self.state, HOST)) or 'is not named and'} is not of this service"

    def fields(self, text: bytes) -> tuple[tuple[str, str], ...]:
        """The fields that decide, as text."""
        state = self.state
        instant = kernel.instant_of(text, self.judgement, state)
        day = kernel.day_of(instant, self.judgement, state.n)
        time = shown(field_of(text, state, TIME)) or "date and time"
        path = self.path_class(text)
        target = field_of(text, state, PATH) or field_of(text, state, URI)
        found = [
            ("day", f"{date_of(day)} in {self.source.zones.organization} ({time})"),
            ("login", self.login(text) or "none"),
            ("host", shown(field_of(text, state, HOST))),
            ("path", f"{shown(target)} is {path}"),
            ("status", shown(field_of(text, state, STATUS))),
            ("method", shown(field_of(text, state, METHOD))),
        ]
        return tuple((name, value) for name, value in found if value)
