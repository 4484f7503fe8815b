"""The sections of a W3C extended log: how the lines behind each directive are written."""

import contextlib
from dataclasses import dataclass, replace

from seatwise.lib.notices import Notice
from seatwise.logs import w3c
from seatwise.logs.fields import FormatError, Piece, assign
from seatwise.logs.formats import Format


@dataclass
class Sections:
    """The format in force, which begins as that of the whole log and changes with each directive."""

    form: Format
    problem: Notice | None = None  # why the lines of this section cannot be read, or name nobody
    names: tuple[str, ...] = ()
    date: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self.base = self.form

    def follow(self, line: bytes) -> bool:
        """Take notice of a line; whether it is a directive that may change the format."""
        names = w3c.fields_of(line)
        if names is not None:
            self.names = tuple(names)
        elif (said := w3c.date_of(line)) is not None:
            from seatwise.logs.plain_times import directive_date  # noqa: PLC0415 - slow to import, and hardly needed

            self.date = directive_date(said)
        else:
            return False
        if self.names:
            self.change()
        return True

    def change(self) -> None:
        """Begin a section."""
        lower = {name.lower() for name in self.names}
        undated = "time" in lower and not lower & {"date", "date-local"} and self.date is not None
        pieces = w3c.w3c_pieces(self.names)
        self.problem = None
        fields: tuple[Piece, ...] = ()  # no line fits no field
        try:
            fields = assign(pieces, self.base.login_field, without_date=undated)
        except FormatError as error:
            self.problem = error.notice
            with contextlib.suppress(FormatError):
                fields = assign(pieces, self.base.login_field, without_login=True, without_date=undated)
        utc = "time" in lower or "time-local" not in lower
        self.form = replace(
            self.base,
            pieces=fields,
            date=self.date if undated else None,
            log_zone=self.base.log_zone if utc else None,
        )
