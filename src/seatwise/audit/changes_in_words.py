"""What an entry changed, field by field, in the words of the model that it was."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from seatwise.audit.models import Entry

NOTHING = "―"  # files in Shift_JIS have this sign, unlike the usual dash


def changes_in_words(entry: Entry) -> Iterator[str]:
    """`field: before → after` for each field; only one side where the other says nothing."""
    model = _model(entry.subject_type)
    for key in [*entry.before, *(key for key in entry.after if key not in entry.before)]:
        field = _field(model, key)
        name = str(getattr(field, "verbose_name", "") or _(key.replace("_", " ")))
        before, after = (_in_words(field, side.get(key)) for side in (entry.before, entry.after))
        if key not in entry.before:
            if after != NOTHING:
                yield _("%(field)s: %(after)s") % {"field": name, "after": after}
        else:
            yield _("%(field)s: %(before)s → %(after)s") % {"field": name, "before": before, "after": after}


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _field(model: type[models.Model] | None, key: str) -> Any:
    try:
        return model._meta.get_field(key) if model else None
    except FieldDoesNotExist:
        return None


def _in_words(field: Any, value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_in_words(field, each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_in_words(None, each)}" for key, each in value.items())
    choices = dict(getattr(field, "flatchoices", None) or ())
    return str(choices.get(value, value))
