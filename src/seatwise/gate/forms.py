"""The form of the gate's settings."""

from django import forms
from django.utils.translation import gettext_lazy


class AddressForm(forms.Form):
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=255,
        help_text=gettext_lazy("How it begins, such as https://wiki.example.com"),
    )
