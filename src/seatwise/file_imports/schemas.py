"""What programs send and get of imports by file."""

import datetime
from typing import Any

from django.utils.translation import gettext_noop
from ninja import Field, Schema

from seatwise.file_imports.kinds import KINDS
from seatwise.licenses.api_requests import BodyIn


class PartOut(Schema):
    """How many there are of something, and the first of them in words."""

    count: int
    first: list[str]


class ChangeOut(PartOut):
    """One kind of change that the file would make."""

    what: str


class QuestionOut(Schema):
    """A row of which it has to be said whose it is."""

    key: str = Field(description=gettext_noop("The login name or line given in the answer."))
    text: str
    answers: list[str] = Field(description=gettext_noop("Answers, all or some."))


class ToConfirmOut(Schema):
    """What has to be said with the confirmation."""

    name: str
    value: Any
    text: str
    needed: bool = Field(description=gettext_noop("Optional values are left out."))


class ImportOut(Schema):
    """A file, what it would do, and what became of it."""

    id: int
    kind: str
    file: str
    state: str = Field(description=gettext_noop("waiting, done or abandoned; the fields below are of a waiting one."))
    result: dict[str, Any] = Field(description=gettext_noop("What was done: numbers, or the id of a report or change."))
    fingerprint: str | None = None
    encoding: str | None = None
    columns: dict[str, str] = Field({}, description=gettext_noop("Columns of the file and how they are used."))
    not_read: list[str] = Field([], description=gettext_noop("Headings of columns that are not read."))
    rows: int | None = None
    recognized: int | None = Field(None, description=gettext_noop("How many rows match known people."))
    first_day: datetime.date | None = Field(None, description=gettext_noop("Of the dates of a report."))
    last_day: datetime.date | None = None
    errors: PartOut | None = None
    remarks: PartOut | None = None
    questions: list[QuestionOut] = []
    changes: list[ChangeOut] = []
    to_confirm: list[ToConfirmOut] = []


class AnswersIn(BodyIn):
    """How a file is to be read, and whose its rows are. What is left out stays as it was."""

    mapping: str = Field("", max_length=100, description=gettext_noop("The name of a saved mapping."))
    columns: dict[str, str] = Field(
        {}, description=gettext_noop("For each field: a heading, # and a column number, or empty.")
    )
    dates: str = Field("", max_length=10, description=gettext_noop("The date format of a report, such as dmy."))
    time_zone: str = Field("", max_length=64, description=gettext_noop("The zone of the dates of a report."))
    same: list[str] = Field([], description=gettext_noop("Logins of rows that are the people suggested."))
    new: list[str] = Field([], description=gettext_noop("Logins of rows that are new people."))
    people: dict[str, str] = Field({}, description=gettext_noop("Who each row of a report belongs to, by line."))


class ConfirmationIn(BodyIn):
    """That what was looked at is to be done."""

    fingerprint: str = Field(max_length=64, description=gettext_noop("The fingerprint in the answer that was checked."))
    deactivations: int | None = Field(None, description=gettext_noop("The number of users to deactivate, if asked."))
    removals: int | None = Field(None, description=gettext_noop("The number of licenses to remove, if asked."))
    roles: bool = Field(False, description=gettext_noop("Also assign the roles in a people file."))
    licenses: bool = Field(False, description=gettext_noop("Also add the licenses in a people file."))
    complete: bool = Field(False, description=gettext_noop("The report lists every user of the service."))
    reason: str = Field("", max_length=2000, description=gettext_noop("The reason; required if licenses are removed."))
    confirmed: list[str] = Field([], description=gettext_noop("License warnings that were confirmed."))
    checked: list[str] = Field([], description=gettext_noop("Questions of license checklists that were checked."))


FIELDS = {
    "kind": {"type": "string", "enum": [*KINDS], "description": gettext_noop("What the file is about.")},
    "file": {"type": "string", "format": "binary", "description": gettext_noop("The file: CSV, XLSX or JSON.")},
    "encoding": {"type": "string", "description": gettext_noop("Its encoding, if it cannot be detected.")},
    "mapping": {"type": "string", "description": gettext_noop("The name of a saved mapping.")},
    "deactivate_missing": {"type": "boolean", "description": gettext_noop("Deactivate users who are not in the file.")},
    "service": {"type": "string", "description": gettext_noop("The code of the service that a report is about.")},
    "as_of": {"type": "string", "format": "date", "description": gettext_noop("The day that a report is as of.")},
    "delimiter": {"type": "string", "description": gettext_noop("Of licenses: comma, semicolon, tab or space.")},
    "heading": {"type": "string", "description": gettext_noop("Of licenses: whether the first row is one, yes or no.")},
    "confirms": {"type": "string", "description": gettext_noop("Of licenses: the service whose own export it is.")},
}
