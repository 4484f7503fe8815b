"""The ledger: where facts come from, access by month, usage."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class LedgerConfig(AppConfig):
    """Keeps usage right when login names or people's departments change, and when days pass."""

    name = "seatwise.ledger"
    verbose_name = gettext_lazy("ledger")

    def ready(self) -> None:
        """Have the directory and the daily tick tell us, and name what is done here for the audit log."""
        from seatwise import audit
        from seatwise.directory import changes, login_suggestions
        from seatwise.directory.models import mappings
        from seatwise.ledger import (
            arrivals,
            as_of,
            holders,
            import_failures,
            import_removal,
            login_sightings,
            report_columns,
            retention,
            silence,
            tasks,
            waiting,
            zones,
        )
        from seatwise.lib import table_dates
        from seatwise.site import daily_work, home, kept_settings

        changes.logins_changed.append(holders.logins_changed)
        changes.people_changed.append(holders.people_changed)
        home.WAITING.append(waiting.waiting)
        login_suggestions.SIGHTINGS.append(login_sightings.sightings)
        kept_settings.FIXED["SEATWISE_TIME_ZONE"] = zones.why_fixed
        mappings.REPORTS += report_columns.ROLES
        mappings.DATES += table_dates.FORMS
        daily_work.DAILY += [tasks.take_up_uploads, as_of.roll_services]
        daily_work.EVERY_MINUTE.append(silence.look_each_hour)
        silence.register_kinds()
        import_failures.FAILURES.register()
        daily_work.DAILY += [arrivals.clear, import_removal.clear, retention.forget_old_access]
        audit.describe(
            {
                "source.add": gettext_lazy("added a source"),
                "source.change": gettext_lazy("changed a source"),
                "source.silent": gettext_lazy("noticed that a source is unusually silent"),
                "source.heard": gettext_lazy("noticed that a silent source sends lines again"),
                "source.caught_up": gettext_lazy("noticed that lines of a silence came later"),
                "closure.add": gettext_lazy("confirmed days as closed"),
                "closure.remove": gettext_lazy("undid a confirmation of closed days"),
                "revision.forget": gettext_lazy("removed a revision’s data"),
                "import.upload": gettext_lazy("uploaded logs"),
                "import.done": gettext_lazy("imported logs"),
                "import.failed": gettext_lazy("tried to import logs"),
                "import.remove": gettext_lazy("removed an import"),
                "access.forget": gettext_lazy("deleted old access days"),
                "snapshot.import": gettext_lazy("imported a vendor’s report"),
                "snapshot.remove": gettext_lazy("removed a vendor’s report"),
            }
        )
