"""The form of the connection, and what its lists are searched by."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.connections.addresses import checked_address
from seatwise.connections.models import Connection, Drift, SentUser
from seatwise.connections.user_api import CODES
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service
from seatwise.site.edit_conflicts import VersionedForm
from seatwise.site.search import SearchForm, choice, one_of, words

TOKENS = ("read_token", "write_token")
NAMES = {
    "kintone": "kintone",
    "garoon": "Garoon",
    "office": gettext_lazy("Cybozu Office"),
    "mailwise": gettext_lazy("Mailwise"),
    "secure_access": gettext_lazy("Secure Access"),
}


def _token(label: Any, help_text: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, help_text=help_text, widget=widget, max_length=500, required=False)


class ConnectionForm(VersionedForm):
    """A connection. Tokens are never shown again; a field that is left empty leaves the token as it is."""

    use_required_attribute = False

    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=200, help_text=gettext_lazy("Such as https://example.cybozu.com.")
    )
    read_token = _token(
        gettext_lazy("API token of the scope “Read”"),
        gettext_lazy("Users, departments and licenses are read by it. Leave it empty to keep the one there is."),
    )
    write_token = _token(
        gettext_lazy("API token of the scope “Read and Write”"),
        gettext_lazy(
            "Only needed to carry licenses out there. It cannot change members of cybozu.com’s group Administrators."
        ),
    )
    reads_daily = forms.BooleanField(label=gettext_lazy("Read it each day"), required=False)
    applies_daily = forms.BooleanField(
        label=gettext_lazy("Apply small changes each day by itself"),
        required=False,
        help_text=gettext_lazy(
            "Not where many would be deactivated or removed, nor where there is a warning or an error: that waits for "
            "an administrator."
        ),
    )

    def __init__(self, data: Any, connection: Connection | None) -> None:
        initial = {**_plain(connection), **{c: s.pk for c, s in connection.services().items()}} if connection else {}
        super().__init__(data, initial=initial, adds=connection is None)
        for code in CODES:
            label = _("Service of this site that is %(name)s") % {"name": NAMES[code]}
            self.fields[code] = forms.ModelChoiceField(Service.objects.all(), label=label, required=False)

    def clean_address(self) -> str:
        try:
            return checked_address(self.cleaned_data["address"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = [cleaned[code] for code in CODES if cleaned.get(code)]
        if len(chosen) != len(set(chosen)):
            raise forms.ValidationError(_("Each service of this site is only one of cybozu.com’s."))
        for name in TOKENS:
            token = cleaned.get(name, "")
            if token and (not token.isascii() or not token.isprintable() or " " in token):
                self.add_error(name, _("This is no API token."))
        return cleaned

    def save(self, connection: Connection | None, *, by: Any) -> bool:
        """Whether anything changed."""
        said = self.cleaned_data
        services = {code: said[code] for code in CODES if said[code]}
        tokens = {name: said[name] for name in TOKENS if said[name]}
        fields = {name: said[name] for name in ("address", "reads_daily", "applies_daily")}
        return (connection or Connection()).change(by=by, services=services, tokens=tokens, **fields)


def _plain(connection: Connection) -> dict[str, Any]:
    return {name: getattr(connection, name) for name in ("address", "reads_daily", "applies_daily")}


class DriftSearch(SearchForm):
    text = words(gettext_lazy("Name or login name"), "mentioning")
    service = one_of(gettext_lazy("Service"), Service.objects.all())
    what = choice(gettext_lazy("What"), Drift.What.choices, "of_kind")


class SentSearch(SearchForm):
    text = words(gettext_lazy("Login name"), "mentioning")
    state = choice(gettext_lazy("State"), SentUser.State.choices, "in_state")
