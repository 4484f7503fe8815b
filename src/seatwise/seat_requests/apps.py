"""A seat for somebody new: requests for a seat, finding one that is hardly used, and passing it on."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class SeatRequestsConfig(AppConfig):
    name = "seatwise.seat_requests"
    verbose_name = gettext_lazy("seat requests")

    def ready(self) -> None:
        """Hear what is answered, write letters, show people their services, and name what is done here."""
        from seatwise import audit
        from seatwise.enquiries import hooks
        from seatwise.licenses.hooks import being_undone, effects_done, licenses_removed
        from seatwise.seat_requests import (
            bulk_reassign,
            cards,
            housekeeping,
            notifications,
            transfer_endings,
            transfer_steps,
        )
        from seatwise.site import daily_work, home

        transfer_steps.register_purpose()
        notifications.register_kinds()
        bulk_reassign.register()
        hooks.answered.append(transfer_steps.answered)
        hooks.taken_back.append(transfer_steps.taken_back)
        hooks.lapsed.append(transfer_steps.lapsed)
        hooks.undeliverable.append(transfer_steps.undeliverable)
        being_undone.append(transfer_endings.changes_undone)
        effects_done.append(notifications.effects_confirmed)
        # Before the questions that they ask are withdrawn.
        licenses_removed.insert(0, transfer_endings.licenses_removed)
        daily_work.EVERY_MINUTE.append(housekeeping.every_minute)
        home.WAITING.append(cards.waiting)
        home.CARDS.insert(1, cards.card)  # after the questions that wait for an answer
        audit.describe(
            {
                "seat_request.ask": gettext_lazy("requested a seat"),
                "seat_request.grant": gettext_lazy("granted a seat request"),
                "seat_request.refuse": gettext_lazy("refused a seat request"),
                "seat_request.reopen": gettext_lazy("reopened a seat request because it was undone"),
                "seat_request.withdraw": gettext_lazy("withdrew a seat request"),
                "transfer.ask": gettext_lazy("asked a holder to give up a seat"),
                "transfer.take": gettext_lazy("requested an immediate seat transfer"),
                "transfer.pass": gettext_lazy("transferred a seat"),
                "transfer.undo": gettext_lazy("returned a transferred seat"),
                "transfer.keep": gettext_lazy("kept a requested seat"),
                "transfer.refuse": gettext_lazy("refused a seat transfer as the second person"),
                "transfer.cancel": gettext_lazy("gave up a seat transfer"),
            }
        )
