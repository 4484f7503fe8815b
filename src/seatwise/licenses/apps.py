"""Contracts and licenses: who holds a seat of which service, from when until when."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class LicensesConfig(AppConfig):
    name = "seatwise.licenses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the directory what licenses have to say about its changes and its files."""
        from seatwise import audit
        from seatwise.directory import changes
        from seatwise.ledger import snapshots
        from seatwise.letters import kinds
        from seatwise.licenses import bulk_leave, effects, license_rules, suspension_endings, waiting
        from seatwise.licenses.effects import confirm_by_report
        from seatwise.licenses.files import ServicesColumn
        from seatwise.licenses.leave_column import LeaveColumn
        from seatwise.licenses.seats import refuse_people_without_seats
        from seatwise.licenses.selection import changes_something, forget_old_drafts
        from seatwise.licenses.suspension_endings import card as returning_card
        from seatwise.licenses.suspension_rules import begin_and_end
        from seatwise.site import daily_work, home, menu

        bulk_leave.register()
        changes.people_changed.append(refuse_people_without_seats)
        changes.services_changed.append(effects.service_changed)
        changes.import_columns += [LeaveColumn(), ServicesColumn()]  # who goes on leave frees a seat
        snapshots.snapshot_imported.append(confirm_by_report)
        changes.people_changed.append(license_rules.people_changed)
        home.CARDS.append(returning_card)
        home.WAITING.append(waiting.waiting)
        daily_work.DAILY += [begin_and_end, suspension_endings.ask, license_rules.apply_automatic]
        for kind, label in (
            (suspension_endings.ENDING, gettext_lazy("A suspension ends soon")),
            (suspension_endings.STUCK, gettext_lazy("A suspension cannot end")),
        ):
            kinds.register(kinds.Kind(kind, f"mail/{kind.replace('.', '_')}", suspension_endings.compose, label))
        daily_work.DAILY.append(forget_old_drafts)
        menu.CONDITIONS |= {"licenses:services": changes_something, "licenses:changes": changes_something}
        audit.describe(
            {
                "change.save": gettext_lazy("changed licenses on the screen"),
                "contract.add": gettext_lazy("added a contract"),
                "contract.change": gettext_lazy("changed a contract"),
                "license.add": gettext_lazy("added a license"),
                "license.remove": gettext_lazy("removed a license"),
                "licenses.file": gettext_lazy("changed licenses by a file"),
                "token.change": gettext_lazy("changed a license rule or a checklist by the API"),
                "token.license": gettext_lazy("changed a license by the API"),
                "carried.change": gettext_lazy("changed the codes of services that are not managed here"),
                "checklist.tick": gettext_lazy("checked off a point of the checklist before a removal"),
                "checklist.untick": gettext_lazy("undid a point of the checklist before a removal"),
                "effect.carry_out": gettext_lazy("carried out a change in the service, to be confirmed"),
                "effect.done": gettext_lazy("confirmed that a change was carried out"),
                "license_rule.add": gettext_lazy("added a rule that gives licenses"),
                "license_rule.remove": gettext_lazy("removed a rule that gives licenses"),
                "policy.change": gettext_lazy("changed the policy of a service"),
                "exemption.add": gettext_lazy("added an exemption"),
                "exemption.change": gettext_lazy("changed the last day of an exemption"),
                "exemption.end": gettext_lazy("ended an exemption"),
                "suspension.add": gettext_lazy("suspended an account or a license"),
                "suspension.begin": gettext_lazy("started a planned suspension"),
                "suspension.change": gettext_lazy("changed a return date"),
                "suspension.end": gettext_lazy("ended a suspension"),
            }
        )
