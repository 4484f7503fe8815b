"""Connections to vendors: reading who is there, what they have and use, and carrying licenses out there."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class ConnectionsConfig(AppConfig):
    name = "seatwise.connections"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = gettext_lazy("connections")

    def ready(self) -> None:
        """Read each day where that is wanted, take up what was interrupted, and name what is done here."""
        from seatwise import audit
        from seatwise.connections import failures, tasks
        from seatwise.site import daily_work, home

        daily_work.DAILY += [tasks.read_daily, tasks.forget_rehearsals]
        daily_work.EVERY_MINUTE.append(tasks.take_up)
        home.WAITING.append(failures.waiting)
        failures.FAILURES.register()
        audit.describe(
            {
                "connection.change": gettext_lazy("changed the connection to a vendor"),
                "connection.read": gettext_lazy("read from a vendor"),
                "connection.read_failed": gettext_lazy("tried to read from a vendor"),
                "sending.begin": gettext_lazy("started carrying out pending changes at cybozu.com"),
                "sending.end": gettext_lazy("carried out pending changes at cybozu.com"),
                "sending.user": gettext_lazy("sent a user’s services to cybozu.com"),
            }
        )
