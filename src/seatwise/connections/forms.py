"""The form of a connection, and what its lists are searched by."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.connections.addresses import checked_address
from seatwise.connections.kinds import Kind
from seatwise.connections.models import Connection, Drift, SentUser
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service
from seatwise.site.edit_conflicts import VersionedForm
from seatwise.site.search import SearchForm, choice, one_of, words

TOKENS = ("read_token", "write_token")
PLAIN = ("address", "account", "client")
SWITCHES = ("reads_daily", "applies_daily")


class ConnectionForm(VersionedForm):
    """A connection. Tokens are never shown again; a field that is left empty leaves the token as it is."""

    use_required_attribute = False

    address = forms.CharField(max_length=200)
    account = forms.CharField(max_length=100)
    client = forms.CharField(max_length=100)
    read_token = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}), max_length=500, required=False
    )
    write_token = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}), max_length=500, required=False
    )
    reads_daily = forms.BooleanField(label=gettext_lazy("Read every day"), required=False)
    applies_daily = forms.BooleanField(
        label=gettext_lazy("Apply small changes automatically every day"),
        required=False,
        help_text=gettext_lazy(
            "Except when many users would be deactivated or removed, or there is a warning or an error: "
            "those wait for an administrator."
        ),
    )

    def __init__(self, data: Any, kind: Kind, connection: Connection | None) -> None:
        initial = {name: getattr(connection, name) for name in (*PLAIN, *SWITCHES)} if connection else {}
        initial |= {code: service.pk for code, service in connection.services().items()} if connection else {}
        super().__init__(data, initial={"address": kind.default_address, **initial}, adds=connection is None)
        self.kind, self.connection = kind, connection or Connection(kind=kind.code)
        entered = {"address": kind.address, **kind.fields}
        for name in (*PLAIN, *TOKENS):
            if name not in entered:
                del self.fields[name]
                continue
            self.fields[name].label = entered[name].label
            self.fields[name].help_text = str(entered[name].help_text)
        if kind.gives_reports:
            self.fields["applies_daily"].label = _("Import automatically")
            self.fields["applies_daily"].help_text = _("Otherwise an administrator checks each report first.")
        for code, called in kind.services.items():
            label = _("Service of this site for %(name)s") % {"name": called}
            self.fields[code] = forms.ModelChoiceField(Service.objects.all(), label=label, required=False)

    def clean_address(self) -> str:
        try:
            return checked_address(self.cleaned_data["address"], self.kind)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        services = {code: cleaned[code] for code in self.kind.services if cleaned.get(code)}
        if len(services) != len(set(services.values())):
            raise forms.ValidationError(
                _("Each service of this site can be only one service of %(name)s.") % {"name": self.kind.name}
            )
        try:
            self.connection.refuse_taken(services)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        for name in TOKENS:
            if (token := cleaned.get(name, "")) and not is_token(token):
                self.add_error(name, _("This is not an API token."))
        for name, entered in self.kind.fields.items():
            if entered.form and (text := cleaned.get(name)) and not entered.form.fullmatch(text):
                self.add_error(name, _("This does not look right."))
        return cleaned

    def save(self, *, by: Any) -> bool:
        """Whether anything changed."""
        said = self.cleaned_data
        services = {code: said[code] for code in self.kind.services if said[code]}
        tokens = {name: said[name] for name in TOKENS if said.get(name)}
        fields = {name: said[name] for name in (*PLAIN, *SWITCHES) if name in said}
        return self.connection.change(by=by, services=services, tokens=tokens, **fields)


def is_token(text: str) -> bool:
    """Whether it can be sent as one."""
    return 0 < len(text) <= 500 and text.isascii() and text.isprintable() and " " not in text


class DriftSearch(SearchForm):
    text = words(gettext_lazy("Name or login name"), "mentioning")
    service = one_of(gettext_lazy("Service"), Service.objects.all())
    what = choice(gettext_lazy("Action"), Drift.What.choices, "of_kind")


class SentSearch(SearchForm):
    text = words(gettext_lazy("Login name"), "mentioning")
    state = choice(gettext_lazy("State"), SentUser.State.choices, "in_state")
