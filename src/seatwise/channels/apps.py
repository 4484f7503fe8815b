"""Channels: where messages go beside email, to groups and to people, by Apprise."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class ChannelsConfig(AppConfig):
    name = "seatwise.channels"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = gettext_lazy("channels")

    def ready(self) -> None:
        """Be told of letters, have the worker send messages, and name what is done here for the audit log."""
        from seatwise import audit
        from seatwise.channels import copies, pages, tasks
        from seatwise.letters import hooks, kinds, trial_letter
        from seatwise.site import daily_work, home

        hooks.written.append(copies.copy)
        daily_work.EVERY_MINUTE.append(tasks.every_minute)
        daily_work.WHILE_HELD.append(tasks.every_minute)  # of the kinds that email is sent of then
        home.WAITING.append(pages.waiting)
        label = gettext_lazy("Test message")
        kinds.register(kinds.Kind(copies.TEST, "mail/channels_test", trial_letter.compose, label, while_held=True))
        audit.describe(
            {
                "channel.change": gettext_lazy("changed a channel"),
                "channel.end": gettext_lazy("removed a channel"),
            }
        )
