"""What this app keeps: requests for a seat, and seats that pass from one person to another."""

from seatwise.seat_requests.models.requests import SeatRequest
from seatwise.seat_requests.models.transfers import SeatTransfer

__all__ = ["SeatRequest", "SeatTransfer"]
