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
        from seatwise.seat_requests import cards, housekeeping, notifications, transfer_endings, transfer_steps
        from seatwise.site import daily_work, home

        transfer_steps.register_purpose()
        notifications.register_kinds()
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
                "seat_request.ask": gettext_lazy("asked for a seat"),
                "seat_request.grant": gettext_lazy("granted a request for a seat"),
                "seat_request.refuse": gettext_lazy("refused a request for a seat"),
                "seat_request.reopen": gettext_lazy("opened a request for a seat again, since it was undone"),
                "seat_request.withdraw": gettext_lazy("withdrew a request for a seat"),
                "transfer.ask": gettext_lazy("asked a holder to pass a seat on"),
                "transfer.take": gettext_lazy("wanted to pass a seat on at once"),
                "transfer.pass": gettext_lazy("passed a seat on"),
                "transfer.undo": gettext_lazy("gave a seat that was passed on back"),
                "transfer.keep": gettext_lazy("kept a seat that was asked for"),
                "transfer.refuse": gettext_lazy("refused as the second person to pass a seat on"),
                "transfer.cancel": gettext_lazy("gave up to pass a seat on"),
            }
        )
