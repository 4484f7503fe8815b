"""Days to be confirmed as closed."""

from django import forms
from django.utils.translation import gettext_lazy

from seatwise.ledger.models import Closure
from seatwise.site.fields import FlagField, day_input


class ClosureForm(forms.ModelForm[Closure]):
    everywhere = FlagField(
        label=gettext_lazy("Also for all other services that were already recorded then"), required=False
    )

    class Meta:
        model = Closure
        fields = ("first", "last", "reason")
        widgets = {"first": day_input(), "last": day_input()}
        labels = {"first": gettext_lazy("First closed day"), "last": gettext_lazy("Last closed day")}
        help_texts = {"reason": gettext_lazy("Such as the holiday or the shutdown.")}
