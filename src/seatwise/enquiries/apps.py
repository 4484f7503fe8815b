"""Enquiries: "do you still need it?", put to the holder of a license, and the answer."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class EnquiriesConfig(AppConfig):
    """Enquiries."""

    name = "seatwise.enquiries"
    label = "enquiries"
    verbose_name = gettext_lazy("enquiries")
