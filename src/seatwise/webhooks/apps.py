"""Webhooks: what happens here is sent to programs elsewhere, signed, in order, and until it was taken."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class WebhooksConfig(AppConfig):
    name = "seatwise.webhooks"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = gettext_lazy("webhooks")

    def ready(self) -> None:
        """Deliver each minute, forget old deliveries each day, and name what is done here for the audit log."""
        from seatwise import audit
        from seatwise.site import daily_work, home
        from seatwise.webhooks import delivering, stopping

        daily_work.EVERY_MINUTE.append(delivering.every_minute)
        daily_work.DAILY.append(delivering.forget_old)
        home.WAITING.append(stopping.waiting)
        stopping.register_kind()
        audit.describe(
            {
                "webhook.change": gettext_lazy("changed a webhook"),
                "webhook.end": gettext_lazy("removed a webhook"),
                "webhook.rotate": gettext_lazy("replaced the secret of a webhook"),
                "webhook.resend": gettext_lazy("had an event sent again by a webhook"),
                "webhook.test": gettext_lazy("sent a test event by a webhook"),
                "webhook.stop": gettext_lazy("stopped a webhook that did not accept events"),
            }
        )
