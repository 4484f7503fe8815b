"""A seat for somebody new: requests for a seat, finding one that is hardly used, and passing it on."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class SeatRequestsConfig(AppConfig):
    """Seat requests."""

    name = "seatwise.seat_requests"
    label = "seat_requests"
    verbose_name = gettext_lazy("seat requests")
