"""User Access Monitoring."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class MonitoringConfig(AppConfig):
    """Has no tables of its own: it reads the ledger."""

    name = "seatwise.monitoring"
    label = "monitoring"
    verbose_name = gettext_lazy("User Access Monitoring")

    def ready(self) -> None:
        """Show people their own record on the first page."""
        from seatwise.monitoring import own_record
        from seatwise.site import home

        home.CARDS.append(own_record.card)
