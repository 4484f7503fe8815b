"""What enquiries are made of."""

from seatwise.enquiries.models.enquiries import Answer, Enquiry, State, Via

__all__ = ["Answer", "Enquiry", "State", "Via"]
