"""The forms of a service's pages: contracts, its policy, what was carried out, license rules, and its lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.choices import service_choice
from seatwise.directory.models import Department, Service
from seatwise.licenses.change_state import ChangeState
from seatwise.licenses.models import Contract, Effect, Policy
from seatwise.site.edit_conflicts import VersionedForm
from seatwise.site.fields import day_input
from seatwise.site.search import ALL, SearchForm, choice, narrowing, shows, words

CHOSEN = ("price_kind", "shrinks", "notice_unit")


class ContractForm(VersionedForm, forms.ModelForm[Contract]):
    """A contract. Saved by `contract_terms`."""

    class Meta:
        model = Contract
        fields = [
            "seats",
            "price",
            "currency",
            "price_kind",
            "pack_seats",
            "period",
            "starts",
            "ends",
            "shrinks",
            "renews",
            "renews_every",
            "notice",
            "notice_unit",
            "last_day_for_changes",
        ]
        widgets = {name: day_input() for name in ("starts", "ends", "renews", "last_day_for_changes")}
        help_texts = {
            "currency": gettext_lazy("Three letters, such as JPY, EUR or USD."),
            "starts": gettext_lazy("Empty: always."),
            "ends": gettext_lazy("The first day on which it is no longer in force. Empty: no end date."),
            "pack_seats": gettext_lazy("Only whole packs can be given back."),
            "renews": gettext_lazy("The next date from which a smaller contract would save money."),
            "renews_every": gettext_lazy("Empty: it does not renew, or unknown."),
            "notice": gettext_lazy("How far in advance a change in seats must be ordered. Empty: unknown."),
            "last_day_for_changes": gettext_lazy(
                "The last day to order a change in seats for this renewal. Empty: calculated from the notice period."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CHOSEN:  # what is not sent stays as it is
            self.fields[name].required = False

    def clean_price_kind(self) -> str:
        return self._chosen("price_kind")

    def clean_shrinks(self) -> str:
        return self._chosen("shrinks")

    def clean_notice_unit(self) -> str:
        return self._chosen("notice_unit")

    def _chosen(self, name: str) -> str:
        return str(self.cleaned_data[name] or getattr(self.instance, name))

    def clean_currency(self) -> str:
        text: str = self.cleaned_data["currency"].strip().upper()
        if text and not (len(text) == 3 and text.isascii() and text.isalpha()):
            raise forms.ValidationError(_("Use a three-letter currency code, such as JPY, EUR or USD."))
        return text

    def clean(self) -> dict[str, Any]:
        """A price has a currency, and days are in order."""
        cleaned = super().clean() or {}
        if cleaned.get("price") and not cleaned.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Enter the currency of the price."))
        if cleaned.get("price_kind") == Contract.PriceKind.PACK and not cleaned.get("pack_seats"):
            self.add_error("pack_seats", _("Enter the number of seats in a pack."))
        if cleaned.get("renews_every") and not cleaned.get("renews"):
            self.add_error("renews", _("Enter the first renewal date."))
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must be after the first day."))
        last, renews = cleaned.get("last_day_for_changes"), cleaned.get("renews")
        if last and renews and last > renews:
            self.add_error("last_day_for_changes", _("The last day for changes must not be after the renewal."))
        return cleaned

    def _post_clean(self) -> None:
        """The verbs of the model validate: a form that changed its instance would leave them nothing to compare."""


class PolicyForm(VersionedForm, forms.ModelForm[Policy]):
    """A policy. Saved by the model's own verb."""

    class Meta:
        model = Policy
        fields = [
            "checklist",
            "young_days",
            "return_days",
            "kept_days",
            "question_days",
            "undo_days",
            "part_time_days",
            "second_person",
            "same_person",
        ]
        widgets = {"checklist": forms.Textarea({"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._meta.fields or ():  # the model's own verb checks them too late for a message
            self.fields[name].validators += Policy._meta.get_field(name).validators  # type: ignore[union-attr]

    def clean_question_days(self) -> int:
        """Nobody can answer at once."""
        days: int = self.cleaned_data["question_days"]
        if not days:
            raise forms.ValidationError(_("Allow at least one day to answer."))
        return days

    def _post_clean(self) -> None:
        """See ContractForm."""


class PendingSearch(SearchForm):
    text = words(gettext_lazy("Name or login"))
    what = choice(gettext_lazy("Action"), Effect.What.choices, "of_kind")


class CarriedOutForm(forms.Form):
    """What was carried out in a service, and what shows it. `all` are all that the list has, not only a page of it."""

    effect = forms.TypedMultipleChoiceField(coerce=int, required=False)
    all = forms.BooleanField(required=False)
    evidence = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("Mark as"),
        choices=[
            (ChangeState.CONFIRMED, gettext_lazy("confirmed: visible in the service")),
            (ChangeState.CARRIED_OUT, gettext_lazy("carried out: ordered or done, not yet visible in the service")),
        ],
        initial=ChangeState.CONFIRMED,
        required=False,
    )

    def __init__(self, *args: Any, effects: Any, needs_note: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.effects = effects
        self.fields["effect"].choices = [(pk, pk) for pk in effects.values_list("pk", flat=True)]  # type: ignore[attr-defined]
        self.fields["evidence"].required = needs_note
        self.fields["evidence"].error_messages["required"] = _("Say how you know that this was carried out.")

    def ids(self) -> list[int]:
        if self.cleaned_data["all"]:
            return list(self.effects.values_list("pk", flat=True))
        return list(self.cleaned_data["effect"])


class HistorySearch(SearchForm):
    text = words(gettext_lazy("Name or login"))
    show = shows(
        gettext_lazy("Show"),
        ("", gettext_lazy("all"), ""),
        ("held", gettext_lazy("still held"), "held"),
        ("removed", gettext_lazy("removed"), "removed"),
    )
    on = narrowing(forms.DateField(label=gettext_lazy("Held on"), required=False, widget=day_input()), "held_on")


class LicenseRuleForm(forms.Form):
    """Of a department and all below it; from a day on."""

    department = forms.ModelChoiceField(
        Department.objects.order_by("position"),
        label=gettext_lazy("Department"),
        help_text=gettext_lazy("Includes sub-departments."),
    )
    service = forms.ModelChoiceField(Service.objects.all(), label=gettext_lazy("Service"))
    since: "forms.DateField" = forms.DateField(
        label=gettext_lazy("Joined on or after"),
        widget=day_input(),
        help_text=gettext_lazy("People who joined before that day are not affected."),
    )
    automatic = forms.BooleanField(
        label=gettext_lazy("Add licenses automatically"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise, or if seats are missing or there is a warning, an administrator checks it first."
        ),
    )


class LicenseRuleSearch(SearchForm):
    text = words(gettext_lazy("Department"), "mentioning")
    service = service_choice(everything=ALL)
