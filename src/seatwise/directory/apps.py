"""Who and what there is: people, their logins, departments, services."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class DirectoryConfig(AppConfig):
    name = "seatwise.directory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name what is done here for the audit log, and have uploads thrown away that nobody confirms."""
        from seatwise import audit
        from seatwise.directory import once, people, uploads
        from seatwise.site import background_files, daily_work, language

        daily_work.DAILY.append(people.deactivate_who_left)
        daily_work.DAILY.append(uploads.forget_abandoned_uploads)
        background_files.RIGHTS.append(people.rights_of)
        language.KEEP.append(people.keep_language)
        daily_work.DAILY.append(once.forget_old_answers)
        audit.describe(
            {
                "user.add": gettext_lazy("added a user"),
                "user.change": gettext_lazy("changed a user"),
                "user.activate": gettext_lazy("activated a user"),
                "user.deactivate": gettext_lazy("deactivated a user"),
                "user.role": gettext_lazy("gave a user a role"),
                "user.password": gettext_lazy("set a user's password"),
                "user.departments": gettext_lazy("set which departments a user administers"),
                "department.add": gettext_lazy("added a department"),
                "department.rename": gettext_lazy("renamed a department"),
                "department.move": gettext_lazy("moved a department"),
                "department.order": gettext_lazy("moved a department in the order"),
                "department.remove": gettext_lazy("removed a department"),
                "login.give": gettext_lazy("assigned a login name to a user"),
                "login.declare": gettext_lazy("classified a login name"),
                "login.release": gettext_lazy("reset a login name to unknown"),
                "service.add": gettext_lazy("added a service"),
                "service.change": gettext_lazy("changed a service"),
                "mapping.save": gettext_lazy("saved a mapping of columns"),
                "mapping.remove": gettext_lazy("removed a mapping of columns"),
                "token.add": gettext_lazy("added an API token"),
                "token.revoke": gettext_lazy("revoked an API token"),
                "token.end": gettext_lazy("revoked an API token because its owner changed"),
            }
        )
