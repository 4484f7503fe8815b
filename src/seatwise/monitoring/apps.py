"""User Access Monitoring."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class MonitoringConfig(AppConfig):
    """Reads the ledger; its only table says who looked at whose record."""

    name = "seatwise.monitoring"
    verbose_name = gettext_lazy("User Access Monitoring")

    def ready(self) -> None:
        """Show people their own record on the first page, and end the tokens of those who change."""
        from seatwise.directory import changes
        from seatwise.directory.models import tokens
        from seatwise.licenses import selection
        from seatwise.monitoring import listing, own_record
        from seatwise.site import home

        changes.people_changed.append(tokens.people_changed)  # after all that lock services: it writes to the audit log

        home.CARDS.append(own_record.card)
        selection.LISTS["access"] = listing.everybody_listed
