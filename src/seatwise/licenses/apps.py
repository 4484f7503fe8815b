"""Contracts and licenses: who holds a seat of which service, from when until when."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class LicensesConfig(AppConfig):
    """Licenses."""

    name = "seatwise.licenses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the directory what licenses have to say about its changes and its files."""
        from seatwise import audit
        from seatwise.directory import changes
        from seatwise.licenses.files import ServicesColumn
        from seatwise.licenses.seats import refuse_people_without_seats

        changes.people_changed.append(refuse_people_without_seats)
        changes.import_columns.append(ServicesColumn())
        audit.describe(
            {
                "contract.add": gettext_lazy("added a contract"),
                "contract.change": gettext_lazy("changed a contract"),
                "license.add": gettext_lazy("added a license"),
                "license.remove": gettext_lazy("removed a license"),
            }
        )
