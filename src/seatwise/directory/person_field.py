"""Picking a person by typing a name or a login name: the field, and what the browser suggests meanwhile.

Without JavaScript a text that means one person is taken; one that may mean several comes back with them to choose from.
"""

import re
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from seatwise.directory.models import Kind, Service, Status, User
from seatwise.directory.requests import person_of
from seatwise.lib.logins import fold
from seatwise.site.fields import PersonInput

SHOWN = 10  # people whom a text may mean
LONGEST = 512  # characters


def shown(person: User) -> str:
    """Somebody as they stand in a field: `Name (login)`."""
    return f"{person.name} ({person.login})" if person.name else person.login


def about(person: User) -> str:
    """What tells people of one name apart; after `with_departments`."""
    marks = [person.login, *(str(each.department) for each in person.current_memberships)]
    if person.status != Status.ACTIVE:
        marks.append(person.get_status_display())
    if person.kind != Kind.USER:
        marks.append(person.get_kind_display())
    return " · ".join(marks)


def found(text: str, people: Any, most: int = SHOWN) -> list[User]:
    """Some of those whom the words of a text find, by name."""
    return list(people.search(text).with_departments().order_by("name", "pk")[:most])


def known_as(text: str, people: Any) -> User | None:
    """Whose login name a text is, or how they stand in a field."""
    folded = fold(text)
    known: User | None = people.filter(folded=folded).first() or people.filter(logins__folded=folded).first()
    if known is None and text.endswith(")"):
        logins = [fold(text[at.end() : -1]) for at in re.finditer(r" \(", text)]
        known = next((each for each in people.filter(folded__in=logins) if shown(each) == text), None)
    return known


def seen_by(person: User) -> Any:
    """Whose names may be told to somebody: those whom they may see, and whose licenses they may change."""
    found = User.objects.visible_to(person)
    return found | User.objects.changeable_by(person) if Service.objects.changeable_by(person).exists() else found


def pick(text: str, people: Any, names: Any = None) -> tuple[User | None, list[User]]:
    """Whom a text means among people; or those whom it may mean, of whom one has to be chosen.

    It means whoever has it as a login name or whole name, and the only one of `names` (whose names may be told) whom it
    finds, if it is made of whole words: half a word is a question.
    """
    if known := known_as(text, people):
        return known, []
    several = found(text, people if names is None else names, SHOWN + 1)
    certain = [each for each in several if fold(each.name) == fold(text)]
    if not certain and len(several) == 1:
        only = several[0]
        words = {*fold(only.name).split(), fold(only.email), fold(only.employee_number)}
        certain = several if words.issuperset(fold(text).split()) else []
    return (certain[0], []) if len(certain) == 1 and len(several) <= SHOWN else (None, several)


class _Input(PersonInput):
    people: Any = None

    def format_value(self, value: Any) -> str:
        """A login name as somebody with a name."""
        person = known_as(value, self.people) if value else None
        return shown(person) if person else value or ""


class PersonField(forms.CharField):
    """Somebody, by their name or a login name. Everybody can be picked, unless `admit` says who."""

    widget = _Input

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("Type a name or a login name."))
        super().__init__(max_length=LONGEST, **kwargs)
        self.admit(User.objects.all())

    def admit(self, people: Any, names: Any = None) -> None:
        """Say who can be picked, and, where they are others, whose names may be told to whoever fills in the form."""
        self.people, self.names = people, names
        self.widget.people = people

    def prepare_value(self, value: Any) -> Any:
        """The login name of whom the value (a person, their id, or a text) means for certain: one way of writing it."""
        person = value
        if isinstance(value, int):
            person = User.objects.filter(pk=value).first()
        elif value and not isinstance(value, User):
            person = known_as(value, self.people)
        return person.login if person else value

    def clean(self, value: Any) -> User | None:
        """The person, or None where nothing was written."""
        text = " ".join(super().clean(value).split())
        if not text:
            return None
        person, self.widget.candidates = pick(text, self.people, self.names)
        if person:
            return person
        if self.widget.candidates:
            raise forms.ValidationError(_("Choose who “%(text)s” is.") % {"text": text})
        raise forms.ValidationError(_("No one with the name or login name “%(text)s” was found.") % {"text": text})


@require_safe
@login_required
def suggestions(request: HttpRequest) -> JsonResponse:
    """Those whom a text may mean."""
    text = " ".join(request.GET.get("q", "")[:LONGEST].split())
    several = found(text, seen_by(person_of(request))) if text else []
    given = [{"text": shown(each), "login": each.login, "name": str(each), "about": about(each)} for each in several]
    return JsonResponse({"people": given})
