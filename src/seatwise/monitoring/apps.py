"""User Access Monitoring."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class MonitoringConfig(AppConfig):
    """Reads the ledger; its only table says who looked at whose record."""

    name = "seatwise.monitoring"
    verbose_name = gettext_lazy("User Access Monitoring")

    def ready(self) -> None:
        """End the tokens of those who change."""
        from seatwise.directory import changes
        from seatwise.directory.models import tokens
        from seatwise.licenses import selection
        from seatwise.monitoring import listing

        changes.people_changed.append(tokens.people_changed)  # after all that lock services: it writes to the audit log

        selection.LISTS["access"] = listing.everybody_listed
