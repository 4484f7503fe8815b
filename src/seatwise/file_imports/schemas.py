"""What programs send and get of imports by file."""

import datetime
from typing import Any

from django.utils.translation import gettext_noop
from ninja import Field, Schema
from pydantic import ConfigDict

from seatwise.file_imports.kinds import KINDS


class PartOut(Schema):
    """How many there are of something, and the first of them in words."""

    count: int
    first: list[str]


class ChangeOut(PartOut):
    """One kind of change that the file would make."""

    what: str


class QuestionOut(Schema):
    """A row of which it has to be said whose it is."""

    key: str = Field(description=gettext_noop("The login name or the line by which an answer names it."))
    text: str
    answers: list[str] = Field(description=gettext_noop("What can be answered, or some of it."))


class ToConfirmOut(Schema):
    """What has to be said with the confirmation."""

    name: str
    value: Any
    text: str
    needed: bool = Field(description=gettext_noop("Without what is not needed it is left out."))


class ImportOut(Schema):
    """A file, what it would do, and what became of it."""

    id: int
    kind: str
    file: str
    state: str = Field(description=gettext_noop("waiting, done or abandoned; the fields below are of a waiting one."))
    result: dict[str, Any] = Field(description=gettext_noop("What was done: numbers, or the id of a report or change."))
    fingerprint: str | None = None
    encoding: str | None = None
    columns: dict[str, str] = Field({}, description=gettext_noop("What was taken for what: headings of the file."))
    not_read: list[str] = Field([], description=gettext_noop("Headings of columns that are not read."))
    rows: int | None = None
    recognized: int | None = Field(None, description=gettext_noop("How many rows are of people who are known."))
    first_day: datetime.date | None = Field(None, description=gettext_noop("Of the dates of a report."))
    last_day: datetime.date | None = None
    errors: PartOut | None = None
    remarks: PartOut | None = None
    questions: list[QuestionOut] = []
    changes: list[ChangeOut] = []
    to_confirm: list[ToConfirmOut] = []


class AnswersIn(Schema):
    """How a file is to be read, and whose its rows are. What is left out stays as it was."""

    model_config = ConfigDict(extra="forbid", strict=True)
    mapping: str = Field("", max_length=100, description=gettext_noop("The name of a kept mapping."))
    columns: dict[str, str] = Field(
        {}, description=gettext_noop("By what it is, a heading, # and the number of a column, or nothing.")
    )
    dates: str = Field("", max_length=10, description=gettext_noop("The form of the dates of a report, such as dmy."))
    time_zone: str = Field("", max_length=64, description=gettext_noop("The zone of the dates of a report."))
    same: list[str] = Field([], description=gettext_noop("Logins of rows that are of the people who are asked about."))
    new: list[str] = Field([], description=gettext_noop("Logins of rows that are of somebody new."))
    people: dict[str, str] = Field({}, description=gettext_noop("By the line of a report’s row, whose it is."))


class ConfirmationIn(Schema):
    """That what was looked at is to be done."""

    model_config = ConfigDict(extra="forbid", strict=True)
    fingerprint: str = Field(max_length=64, description=gettext_noop("That of the answer that was looked at."))
    deactivations: int | None = Field(None, description=gettext_noop("How many people are deactivated, where asked."))
    removals: int | None = Field(None, description=gettext_noop("How many licenses are removed, where that is asked."))
    roles: bool = Field(False, description=gettext_noop("Give the roles of a file of people, too."))
    licenses: bool = Field(False, description=gettext_noop("Give the licenses of a file of people, too."))
    complete: bool = Field(False, description=gettext_noop("The report lists everybody whom the service has."))
    reason: str = Field("", max_length=2000, description=gettext_noop("Why; a removal of licenses needs it."))
    confirmed: list[str] = Field([], description=gettext_noop("Warnings of licenses that were read."))
    checked: list[str] = Field([], description=gettext_noop("Questions of licenses’ checklists that were checked."))


FIELDS = {
    "kind": {"type": "string", "enum": [*KINDS], "description": gettext_noop("What the file is about.")},
    "file": {"type": "string", "format": "binary", "description": gettext_noop("The file: CSV, XLSX or JSON.")},
    "encoding": {"type": "string", "description": gettext_noop("Its encoding, where that cannot be told.")},
    "mapping": {"type": "string", "description": gettext_noop("The name of a kept mapping.")},
    "deactivate_missing": {"type": "boolean", "description": gettext_noop("Deactivate whom the file does not name.")},
    "service": {"type": "string", "description": gettext_noop("The code of the service that a report is about.")},
    "as_of": {"type": "string", "format": "date", "description": gettext_noop("The day that a report is as of.")},
    "delimiter": {"type": "string", "description": gettext_noop("Of licenses: comma, semicolon, tab or space.")},
    "heading": {"type": "string", "description": gettext_noop("Of licenses: whether the first row is one, yes or no.")},
    "confirms": {"type": "string", "description": gettext_noop("Of licenses: the service whose own export it is.")},
}
