"""The form of a webhook, and what its deliveries are searched by."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.configuration import LOOPBACK
from seatwise.directory.models import User
from seatwise.site.edit_conflicts import VersionedForm
from seatwise.site.search import SearchForm, choice
from seatwise.webhooks import events
from seatwise.webhooks.models import Delivery, Webhook


class WebhookForm(VersionedForm):
    """A webhook. Its address is not shown again; a field that is left empty leaves it as it is."""

    use_required_attribute = False

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Begins with https://. Events are sent there by POST, signed."),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"), choices=events.choices, widget=forms.CheckboxSelectMultiple
    )
    is_on = forms.BooleanField(label=gettext_lazy("In use"), required=False)

    def __init__(self, data: Any, webhook: Webhook | None = None) -> None:
        initial = {name: getattr(webhook, name) for name in ("name", "events", "is_on")} if webhook else {"is_on": True}
        super().__init__(data, initial=initial, adds=webhook is None)
        self.webhook = webhook or Webhook()
        self.fields["address"].required = webhook is None
        if webhook is not None:
            self.fields["address"].help_text = _("Empty: keep the current one. It is not shown again.")

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        try:
            parts = urlsplit(address)
            is_address = bool(parts.hostname) and parts.port != 0 and address.isascii() and " " not in address
        except ValueError:
            is_address = False
        if address and not (is_address and (parts.scheme == "https" or parts.hostname in LOOPBACK)):
            raise forms.ValidationError(_("This is not an address that begins with https://."))
        if address and (parts.username or parts.password):
            raise forms.ValidationError(_("Leave out the user name and the password: receivers verify the signature."))
        return address

    def save(self, *, by: User) -> str | None:
        """As Webhook.change says."""
        return self.webhook.change(by=by, **self.cleaned_data)


class DeliverySearch(SearchForm):
    event = choice(gettext_lazy("Event"), events.choices, "of_event")
    state = choice(gettext_lazy("State"), Delivery.State.choices, "in_state")
