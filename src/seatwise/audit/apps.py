"""Who did what to whom, and when."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit log."""

    name = "seatwise.audit"
    default_auto_field = "django.db.models.BigAutoField"
