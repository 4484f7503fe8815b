"""The frame that every page stands in: home, languages, errors, menus."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class SiteConfig(AppConfig):
    name = "seatwise.site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name what is done about the clock."""
        from seatwise import audit

        audit.describe(
            {
                "clock.hold": gettext_lazy("the clock jumped: what is done by itself waits"),
                "clock.back": gettext_lazy("the clock is back: what waited goes on"),
                "clock.accept": gettext_lazy("confirmed the day after the clock jumped"),
                "settings.change": gettext_lazy("changed settings"),
            }
        )
