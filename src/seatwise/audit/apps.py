"""Who did what to whom, and when."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class AuditConfig(AppConfig):
    name = "seatwise.audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name what is done to the log itself."""
        from seatwise import audit

        audit.describe(
            {
                "audit.remove": gettext_lazy("removed the oldest entries of the audit log"),
                "audit.accept": gettext_lazy("accepted the audit log as it is"),
                "audit.restore": gettext_lazy("restored a backup"),
            }
        )
