"""Whether mail can be sent to somebody."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_noop

from seatwise.directory.models import User

NO_ADDRESS = gettext_noop("There is no e-mail address of this person.")
BAD_ADDRESS = gettext_noop("Mail cannot be sent to this e-mail address.")


def problem_of(person: User) -> str:
    """Why nobody can write to somebody; empty where one can."""
    if not person.email:
        return NO_ADDRESS
    try:
        validate_email(person.email)
    except ValidationError:
        return BAD_ADDRESS
    return ""
