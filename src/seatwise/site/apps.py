"""The frame that every page stands in: home, languages, errors, menus."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class SiteConfig(AppConfig):
    name = "seatwise.site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name what is done here for the audit log, and have files made and forgotten."""
        from seatwise import audit
        from seatwise.site import background_files, daily_work, tasks

        daily_work.DAILY.append(background_files.forget_old)
        daily_work.EVERY_MINUTE.append(tasks.take_up)

        audit.describe(
            {
                "clock.hold": gettext_lazy("the clock jumped: automatic work is paused"),
                "clock.back": gettext_lazy("the clock is right again: automatic work continues"),
                "clock.accept": gettext_lazy("confirmed the date after the clock jumped"),
                "settings.change": gettext_lazy("changed settings"),
                "file.ask": gettext_lazy("requested a long list as a file"),
            }
        )
