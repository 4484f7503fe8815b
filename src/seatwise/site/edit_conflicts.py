"""Two people with the same form open: who saves second is told what changed meanwhile, before anything is overwritten.

A form carries a digest of each value with which it was opened. Where a value is another now, saving is refused once,
with both values; the form then shows what is there, and what its own user had changed. (Optimistic concurrency control:
H. T. Kung, J. T. Robinson, ACM TODS 6 (2), 1981.)
"""

import functools
import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.text import Truncator
from django.utils.translation import gettext as _

OPENED = "opened"
_LONGEST_SHOWN = 200


class VersionedForm(forms.Form):
    """A form for a thing that there is already; its `initial` (or instance) is the thing as it is now, locked.

    A view reads the thing locked and saves it in one transaction: see `edited`.
    """

    opened = forms.CharField(required=False, widget=forms.HiddenInput, max_length=100_000)

    def __init__(self, *args: Any, adds: bool = False, **kwargs: Any) -> None:
        """A form that `adds` something, or that was given no instance, has nothing that it could overwrite."""
        super().__init__(*args, **kwargs)
        if adds or (isinstance(self, forms.ModelForm) and "instance" not in kwargs):
            del self.fields[OPENED]

    def clean(self) -> dict[str, Any]:
        """Refuse to overwrite what somebody else changed after this form was opened, or what it cannot compare."""
        cleaned = super().clean() or {}
        if OPENED not in self.fields:
            return cleaned
        opened = _read(cleaned.pop(OPENED, ""))
        now = {name: _texts(field, self._now(name)) for name, field in self._own()}
        mine = {name: _texts(field, self[name].data) for name, field in self._own()}
        unknown = not opened.keys() & now.keys()
        had = [name for name in now if unknown or name in opened or self.add_prefix(name) in self.data]
        different = [name for name in had if opened.get(name) != digest(now[name]) and mine[name] != now[name]]
        if unknown:
            said = _(
                "This form does not say what it showed when it was opened, so nothing was saved. Compare it "
                "with the current values and save again, or open the form again."
            )
            self._refuse(said, different, now, mine, opened)
        elif different:
            said = _(
                "Someone else changed this after you opened it, so nothing was saved. Fields you had not "
                "changed now show the new values; fields you changed show yours. Check them, then save again."
            )
            self._refuse(said, different, now, mine, opened)
        return cleaned

    def _refuse(
        self, why: str, names: list[str], now: dict[str, list[str]], mine: dict[str, list[str]], opened: dict[str, str]
    ) -> None:
        self.add_error(None, why)
        data = cast(QueryDict, self.data).copy()
        for name in names:
            field = self.fields[name]
            both = {"field": field.label, "now": _shown(field, now[name]), "yours": _shown(field, mine[name])}
            self.add_error(None, _("%(field)s: “%(now)s” now, “%(yours)s” in your form.") % both)
            if opened.get(name) == digest(mine[name]):
                data.setlist(self.add_prefix(name), now[name])
        data[self.add_prefix(OPENED)] = self.version
        self.data = data

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """As Django's; the version is made of all the others."""
        return self.version if field_name == OPENED else super().get_initial_for_field(field, field_name)

    @property
    def version(self) -> str:
        """The digests of all values as they are now, as JSON."""
        return json.dumps({name: digest(_texts(field, self._now(name))) for name, field in self._own()})

    def _own(self) -> Iterable[tuple[str, forms.Field]]:
        return [(name, field) for name, field in self.fields.items() if name != OPENED and not field.disabled]

    def _now(self, name: str) -> Any:
        return super().get_initial_for_field(self.fields[name], name)


def _read(text: str) -> dict[str, str]:
    """The digests that a form came back with; none where it is no form of ours."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _texts(field: forms.Field, value: Any) -> list[str]:
    """A value as a browser would send it: none or more texts. It is the same for what is stored and for what came."""
    if isinstance(field, forms.BooleanField):
        return ["on"] if field.to_python(value) else []
    value = field.prepare_value(value)
    if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return sorted(str(each) for each in value or ())
    text = "" if value is None else str(value).replace("\r\n", "\n").strip()
    return [text] if text else []


def digest(texts: list[str]) -> str:
    """What a form says of a value that it showed."""
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]


def _shown(field: forms.Field, texts: list[str]) -> str:
    if isinstance(field, forms.BooleanField):
        return _("yes") if texts else _("no")
    labels = {str(value): str(label) for value, label in getattr(field, "choices", ())}
    return Truncator(", ".join(labels.get(text, text) for text in texts)).chars(_LONGEST_SHOWN)


def saves_in_one_transaction(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Read and save in one transaction where something is posted, so that nobody changes the thing in between."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return wrapped


def locked_to_save(request: HttpRequest, rows: Any) -> Any:
    """The same rows (a query set), locked where something is posted; in a view that `saves_in_one_transaction`."""
    return rows.select_for_update(no_key=True, of=("self",)) if request.method == "POST" else rows
