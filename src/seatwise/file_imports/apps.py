"""Imports by file without the site's pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class FileImportsConfig(AppConfig):
    name = "seatwise.file_imports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say on the first page which files of watched folders wait, and name what is done here for the audit log."""
        from seatwise import audit
        from seatwise.file_imports import waiting
        from seatwise.site import home

        home.WAITING.append(waiting.waiting)
        audit.describe(
            {
                "watch.import": gettext_lazy("imported a file of a watched folder"),
                "watch.refuse": gettext_lazy("refused a file of a watched folder"),
                "watch.wait": gettext_lazy("left a watched file for confirmation"),
            }
        )
