"""Where a domain of cybozu.com may be: tokens are sent to no other."""

from django.utils.translation import gettext as _

from seatwise import configuration
from seatwise.configuration import LOOPBACK
from seatwise.directory.changes import Refused
from seatwise.setting_values import origin

DOMAINS = (".cybozu.com", ".kintone.com", ".cybozu.cn")


def checked_address(text: str) -> str:
    """How the address of a domain begins, as it is kept. Raises Refused.

    This machine's is taken only where the site itself is for trying it out on this machine.
    """
    try:
        parts = origin(text.strip())
    except ValueError:
        parts = None
    host = (parts.hostname or "").lower() if parts else ""
    here = host in LOOPBACK and configuration.ORIGIN.value().hostname in LOOPBACK
    theirs = host.endswith(DOMAINS) and parts is not None and parts.scheme == "https"
    if parts is None or not (here or theirs):
        raise Refused(
            _("“%(address)s” is not the address of a domain such as https://example.cybozu.com.") % {"address": text}
        )
    return parts.geturl()
