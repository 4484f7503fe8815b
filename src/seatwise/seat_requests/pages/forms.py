"""What several pages ask for."""

from django import forms
from django.utils.translation import gettext_lazy

from seatwise.seat_requests.request_steps import LONGEST_REASON


class WhyForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=LONGEST_REASON
    )
