"""Where a vendor may be: tokens are sent to nobody else."""

from django.utils.translation import gettext as _

from seatwise import configuration
from seatwise.configuration import LOOPBACK
from seatwise.connections.kinds import Kind
from seatwise.directory.changes import Refused
from seatwise.setting_values import origin


def checked_address(text: str, kind: Kind) -> str:
    """How the address begins, as it is kept. Raises Refused.

    This machine's is taken only where the site itself is for trying it out on this machine.
    """
    try:
        parts = origin(text.strip())
    except ValueError:
        parts = None
    host = (parts.hostname or "").lower() if parts else ""
    here = host in LOOPBACK and configuration.ORIGIN.value().hostname in LOOPBACK
    theirs = any(host.endswith(each) if each.startswith(".") else host == each for each in kind.hosts)
    if parts is None or not (here or (theirs and parts.scheme == "https")):
        example = kind.default_address or "https://example.cybozu.com"
        text_of_it = _("“%(address)s” is not an address of %(name)s such as %(example)s.")
        raise Refused(text_of_it % {"address": text, "name": kind.name, "example": example})
    return parts.geturl()
