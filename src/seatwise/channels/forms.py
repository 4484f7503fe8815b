"""The forms of a channel. Its address is never shown again; a field that is left empty leaves it as it is."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import configuration
from seatwise.channels.copies import NEVER_COPIED, TEST
from seatwise.channels.models import MEMBER, Channel
from seatwise.channels.services import service_of
from seatwise.directory.changes import Refused
from seatwise.directory.models import Department, User
from seatwise.letters import kinds
from seatwise.site.edit_conflicts import VersionedForm

SOMEONE = "U01234567"  # stands for a member where an address is looked at


def told() -> list[tuple[str, str]]:
    """The kinds of letters that a group can be told of."""
    return [each for each in kinds.choices() if each[0] not in NEVER_COPIED | {TEST}]


class ChannelForm(VersionedForm):
    """A channel of a group."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("Such as “Slack #it-licenses”.")
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "The webhook’s address as Slack, Microsoft Teams, Discord or LINE WORKS shows it, or an Apprise URL. With "
            "{member} in it, people can enter their own ID there and get their messages in person."
        ),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Notify about"),
        choices=told,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The channel is told how many there are, with a link. Names are not included."),
    )
    department = forms.ModelChoiceField(
        Department.objects.in_tree_order(),
        label=gettext_lazy("Only for people in"),
        required=False,
        empty_label=gettext_lazy("all departments"),
    )
    is_on = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, data: Any, channel: Channel | None = None) -> None:
        fields = ("name", "kinds", "department", "is_on")
        initial = {name: getattr(channel, name) for name in fields} if channel else {"is_on": True}
        super().__init__(data, initial=initial, adds=channel is None)
        self.channel = channel or Channel()
        self.fields["address"].required = channel is None
        if channel is not None:
            self.fields["address"].help_text = _("Empty: keep the current one. It is not shown again.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["shown"] = self.channel.shown
        if address := cleaned.get("address", "").strip():
            cleaned["address"] = address
            try:
                cleaned["shown"] = service_of(address.replace(MEMBER, SOMEONE))
            except Refused as refusal:
                self.add_error("address", str(refusal))
        return cleaned

    def save(self, *, by: User) -> bool:
        """Whether anything changed."""
        return self.channel.change(by=by, **self.cleaned_data)


class OwnForm(forms.Form):
    """Somebody's own: who they are at a service that administrators set up, or an address."""

    use_required_attribute = False

    via = forms.ModelChoiceField(
        Channel.objects.none(),
        label=gettext_lazy("Service"),
        required=False,
        empty_label=gettext_lazy("address of my own"),
    )
    address = forms.CharField(
        label=gettext_lazy("Your ID there, or your address"),
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Such as your member ID, or an Apprise URL such as ntfys://ntfy.sh/your-secret-topic."),
    )

    def __init__(self, data: Any, person: User) -> None:
        super().__init__(data)
        self.person = person
        services: Any = self.fields["via"]
        services.queryset = Channel.objects.for_members().order_by("name", "pk")
        if not configuration.PERSONAL_CHANNELS.value():
            services.required, services.empty_label = True, None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (address := cleaned.get("address", "").strip()) and "via" in cleaned:
            cleaned["address"] = address
            via: Channel | None = cleaned["via"]
            try:
                if via is None:
                    cleaned["shown"] = service_of(address)
                elif "/" in address or not address.isprintable():
                    raise Refused(_("This is not an ID."))
                else:
                    cleaned["shown"] = via.shown
            except Refused as refusal:
                self.add_error("address", str(refusal))
        return cleaned

    def save(self) -> Channel:
        said = self.cleaned_data
        name = str(said["via"] or said["shown"])
        own = Channel(owner=self.person)
        own.change(by=self.person, name=name, address=said["address"], via=said["via"], shown=said["shown"])
        return own
