"""What the steps ask."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.models import Department, Service
from seatwise.ledger.forms.files import SeveralFiles
from seatwise.licenses.forms_services import ContractForm
from seatwise.licenses.models import Contract
from seatwise.site.settings_page import SettingsForm

ORGANIZATION = ("organization", "language", "time_zone", "encryption", "host", "user", "password", "mail_from")


class OrganizationForm(SettingsForm):
    """The settings without which nobody should begin, and who the administrator is."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=255, required=False)
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        help_text=gettext_lazy("Where test emails and messages to administrators go."),
    )
    SECTIONS = (
        (gettext_lazy("Organization"), ("organization", "language", "time_zone")),
        (gettext_lazy("You"), ("name", "email")),
        (gettext_lazy("Email"), ("encryption", "host", "user", "password", "mail_from")),
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, shows=(*ORGANIZATION, "name", "email"), **kwargs)
        self.initial.update(name=person.name, email=person.email)
        self.fields["organization"].required = True  # else the step would never be done

    def person(self) -> dict[str, str]:
        """Who the administrator is, as the verb of people has it; what was left empty stays."""
        return {name: self.cleaned_data[name] for name in ("name", "email") if self.cleaned_data[name]}


class LogForm(forms.Form):
    """A service, and its log as files or as lines that were pasted."""

    service = forms.CharField(
        label=gettext_lazy("Name of the service"),
        max_length=100,
        help_text=gettext_lazy("What people sign in to, such as kintone or Wiki."),
    )
    logs = SeveralFiles(
        label=gettext_lazy("Log files"),
        max_length=255,
        required=False,
        help_text=gettext_lazy("Several at once, compressed or not. The format is detected."),
    )
    lines = forms.CharField(
        label=gettext_lazy("Or paste lines of the log"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 4, "spellcheck": "false", "autocapitalize": "off", "wrap": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Files or lines."""
        cleaned = super().clean() or {}
        cleaned["logs"] = [file for file in cleaned.get("logs") or () if file]
        if not self.errors and not cleaned["logs"] and not cleaned.get("lines", "").strip():
            self.add_error("logs", _("Choose a file, or paste some lines."))
        return cleaned

    def given(self) -> list[Any]:
        """What is to be read."""
        lines = self.cleaned_data["lines"].replace("\r\n", "\n")
        pasted = [SimpleUploadedFile("pasted.log", lines.encode())] if lines.strip() else []
        return [*self.cleaned_data["logs"], *pasted]


class PeopleForm(forms.Form):
    leave_out = forms.CharField(
        label=gettext_lazy("Leave these out"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=gettext_lazy("Programs, monitors and guests: one login per line."),
    )


class SeatsForm(ContractForm):
    """The first contract of a service, and who holds a seat of it."""

    HOLDERS = (
        ("seen", gettext_lazy("everyone seen in the log")),
        ("department", gettext_lazy("everyone in a department")),
        ("all", gettext_lazy("everyone")),
        ("file", gettext_lazy("from a file")),
    )
    service = forms.ModelChoiceField(
        Service.objects.order_by("name", "code"), to_field_name="code", label=gettext_lazy("Service"), empty_label=None
    )
    holders = forms.ChoiceField(label=gettext_lazy("Who holds a seat"), choices=HOLDERS, widget=forms.RadioSelect)
    department = forms.ModelChoiceField(
        Department.objects.in_tree_order(),
        to_field_name="code",
        label=gettext_lazy("Department"),
        required=False,
        help_text=gettext_lazy("Includes sub-departments."),
    )
    ASKED = ("service", "seats", "price", "currency", "period", "renews", "holders", "department")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(self.ASKED):
            del self.fields[name]
        self.order_fields(self.ASKED)
        self.fields["seats"].required = self.fields["period"].required = False
        self.fields["seats"].help_text = _("How many are contracted. Empty: no limit.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("holders") == "department" and not cleaned.get("department"):
            self.add_error("department", _("Choose a department."))
        return cleaned

    def terms(self) -> dict[str, Any]:
        """The terms of a contract, as its verb has them."""
        terms = {name: self.cleaned_data[name] for name in ("seats", "price", "currency", "renews")}
        return terms | {"period": self.cleaned_data["period"] or Contract.Period.MONTH}
