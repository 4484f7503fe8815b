"""The gate: may this person use this service? Asked by the proxy that stands before it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class GateConfig(AppConfig):
    """The gate."""

    name = "seatwise.gate"
    label = "gate"
    verbose_name = gettext_lazy("gate")
