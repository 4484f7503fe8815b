"""Form fields that every app has: days, flags, people; and what is wrong with a form, in one text."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.lib import days


def day_input() -> forms.DateInput:
    """A browser's own input of a day, which wants it as YYYY-MM-DD whatever the language."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def zone_name(text: str) -> str:
    """The name of a time zone, or nothing. Raises ValidationError."""
    try:
        return text and days.zone(text).key
    except days.UnknownZone:
        raise forms.ValidationError(_("This is not a time zone. Expected: a name such as Asia/Tokyo.")) from None


class Ticked(forms.CheckboxInput):
    """A box to tick that leaves it to its field what a value means."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return data.get(name, "")


class FlagField(forms.Field):
    """Yes or no: on, true, yes and 1 are yes; off, false, no, 0 and nothing are no; anything else is refused."""

    widget = Ticked

    def to_python(self, value: str | bool | None) -> bool:
        """Which of the two; ValidationError for anything else."""
        text = str(value or "").strip().lower()
        if text in ("on", "true", "yes", "1"):
            return True
        if text in ("", "off", "false", "no", "0"):
            return False
        raise forms.ValidationError(
            gettext_lazy("“%(value)s” is neither yes nor no (expected true or false)."), params={"value": value}
        )

    def validate(self, value: bool) -> None:
        """No is an answer too."""


class LongSelect(forms.Select):
    """A list of many choices without groups, written at once: Django needs two templates for each choice."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        choices = ((each, " selected" if str(each) in chosen else "", label) for each, label in self.choices)
        options = format_html_join("\n", '<option value="{}"{}>{}</option>', choices)
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>\n{}\n</select>', name, attributes, options)


class PersonInput(forms.TextInput):
    """Somebody, by typing: where there is JavaScript, people are suggested, as far as whoever types may see them."""

    candidates: Sequence[Any] = ()  # people whom the text may mean

    def __init__(self, attrs: Any = None, *, bare: bool = False) -> None:
        """`bare`: a choice writes the login name alone."""
        super().__init__(attrs)
        self.bare = bare

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """What was typed; or the login of whoever was chosen among those whom that text may mean."""
        text, chosen = data.get(name), data.get(f"{name}-who")
        return chosen if chosen and text == data.get(f"{name}-of") else text

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        given = {"name": name, "value": self.format_value(value) or "", "attributes": attributes, "bare": self.bare}
        return render_to_string("partials/person_input.html", given | {"candidates": self.candidates})


def problems_of(form: forms.BaseForm) -> str:
    """All that is wrong with a form, as sentences of one text."""
    return " ".join(str(problem) for problems in form.errors.values() for problem in problems)
