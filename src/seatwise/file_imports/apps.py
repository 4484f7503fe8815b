"""Imports by file without the site's pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class FileImportsConfig(AppConfig):
    name = "seatwise.file_imports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say on the first page which files wait, look into the mailbox, and name what is done for the audit log."""
        from seatwise import audit, configuration
        from seatwise.file_imports import failures, mailbox, tasks, waiting
        from seatwise.site import daily_work, home, menu

        home.WAITING += [waiting.waiting, failures.waiting]
        failures.FAILURES.register()
        daily_work.EVERY_MINUTE.append(tasks.look)
        daily_work.DAILY.append(mailbox.forget_ignored)
        menu.CONDITIONS["file_imports:messages"] = lambda _request: configuration.MAILBOX.value() is not None
        audit.describe(
            {
                "watch.import": gettext_lazy("imported a file of a watched folder or mailbox"),
                "watch.refuse": gettext_lazy("refused a file of a watched folder or mailbox"),
                "mailbox.fails": gettext_lazy("could not read the mailbox"),
                "mailbox.works": gettext_lazy("could read the mailbox again"),
                "watch.wait": gettext_lazy("left a watched file for confirmation"),
            }
        )
