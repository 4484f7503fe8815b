"""What this app keeps: requests for a seat, and seats that pass from one person to another."""

from seatwise.seat_requests.models.passings import Passing
from seatwise.seat_requests.models.requests import SeatRequest

__all__ = ["Passing", "SeatRequest"]
