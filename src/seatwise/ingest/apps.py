"""Log lines over HTTP."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "seatwise.ingest"

    def ready(self) -> None:
        """Have the worker read what has arrived."""
        from seatwise.ingest import spool
        from seatwise.site import daily_work

        daily_work.EVERY_MINUTE.append(spool.read_what_arrived)
        daily_work.SOON_AGAIN.append(spool.read_soon)
