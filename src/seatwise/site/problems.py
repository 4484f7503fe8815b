"""What goes wrong in the API: one shape for all of it, that says what, where and what next."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from django.forms.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_noop
from ninja import Field, Schema


def is_for_programs(request: HttpRequest) -> bool:
    """Whether a request is by a program, with a token, so that its answer is no page whatever goes wrong."""
    return request.path_info.startswith(("/api/", "/ingest/"))


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong. `where` is a parameter, a header or a part of the address."""

    what: str
    where: str
    next: str


class Problem(Exception):
    """An answer other than the one that was asked for."""

    def __init__(self, status: int, *wrong: Wrong) -> None:
        super().__init__(status, wrong)
        self.status, self.wrong = status, wrong

    @classmethod
    def of(cls, status: int, what: str, where: str, following: str) -> "Problem":
        """One thing that is wrong."""
        return cls(status, Wrong(what, where, following))

    def body(self) -> dict[str, Any]:
        """The answer as JSON has it."""
        return {"errors": [asdict(one) for one in self.wrong]}


NOTHING: Mapping[str, str] = MappingProxyType({})


def refuse_invalid(
    form: BaseForm, *, names: Mapping[str, str] = NOTHING, following: Mapping[str, str] = NOTHING
) -> None:
    """Raise Problem with each field of a form that is wrong: by its name for programs and what to do, where they are
    others than usual.
    """
    if form.is_valid():
        return
    raise Problem(
        422,
        *[
            Wrong(str(message), names.get(name, name), following.get(name, _("Correct it, or leave it out.")))
            for name, messages in form.errors.items()
            for message in messages
        ],
    )


class WrongOut(Schema):
    """One thing that is wrong."""

    what: str
    where: str = Field(description=gettext_noop("The parameter, header or part of the address."))
    next: str = Field(description=gettext_noop("What to do about it."))


class ProblemOut(Schema):
    """What every answer is that is not the one asked for."""

    errors: list[WrongOut]
