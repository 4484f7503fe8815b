"""The question of a transfer: what the holder reads. See seatwise.enquiries.purposes."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatwise.enquiries.models import Enquiry
from seatwise.enquiries.purposes import Purpose, register
from seatwise.seat_requests import transfer_steps


def why(enquiry: Enquiry) -> str:
    """Why it is asked. Who is to have the seat is not said: the answer is to be about the holder's own work."""
    return _("A colleague needs a seat of %(service)s, and none is free.") % {"service": enquiry.license.service}


def question(enquiry: Enquiry) -> str:
    return _("Do you still need it, or may your seat be passed on?")


def silence(enquiry: Enquiry) -> str:
    """What happens without an answer."""
    return _("Without an answer by %(day)s the seat is passed on. You can ask for a seat again at any time.") % {
        "day": date_format(enquiry.due, "DATE_FORMAT")
    }


def after_giving_back(enquiry: Enquiry) -> str:
    """What follows from giving it back."""
    return _("The seat is passed on at once. If you need one again, ask for it on your page.")


def register_purpose() -> None:
    register(
        Purpose(
            transfer_steps.PURPOSE,
            gettext_lazy("a seat for somebody else"),
            why,
            silence,
            question=question,
            after_giving_back=after_giving_back,
            lock=transfer_steps.lock_for,
            is_over=transfer_steps.is_over,
        )
    )
