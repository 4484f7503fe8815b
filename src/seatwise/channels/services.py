"""The services that Apprise knows, and LINE WORKS: what an address is, and posting a message to it.

Apprise is made to do as it is told by its address. So an address may not start programs, use the network otherwise than
by HTTP, follow redirects or trust whatever certificate, and reaches no address that is not allowed (lib.outbound).
"""

import logging
import sys
from typing import Any

from django.utils.translation import gettext as _, gettext_noop

from seatwise import configuration
from seatwise.directory.changes import Refused
from seatwise.letters.outcomes import Fate, Outcome
from seatwise.lib import outbound
from seatwise.lib.logins import visible

CONNECTING, ANSWERING = 5.0, 10.0  # seconds
LONGEST_WORDS = 300
NO_ADDRESS = gettext_noop("The channel has no address that can be used. Enter it again.")
NOT_TAKEN = gettext_noop("The service did not accept the message.")
for name in ("apprise", "urllib3"):  # below this they write addresses down
    logging.getLogger(name).setLevel(logging.WARNING)
logging.getLogger("apprise").propagate = False  # what it says of a message stands in the log of emails


def service_of(address: str) -> str:
    """What the service of an address is called. Raises Refused for an address that nothing can be posted to."""
    found = _plugin(address)
    if found is None:
        raise Refused(
            _("This is not an address of a service that Seatwise can post to. docs/notifications.md has examples.")
        )
    if _is_readable(found) and not configuration.PRIVATE_ADDRESSES.value():
        raise Refused(_("Messages to this address would cross the network unencrypted. Use the form that ends in “s”."))
    return visible(str(found.service_name))[:100]


def _plugin(address: str) -> Any:
    """The service that Apprise has for an address, or None. Loads all services at first, in a third of a second."""
    import apprise  # noqa: PLC0415 - few processes need it

    from seatwise.channels import line_works  # noqa: PLC0415

    line_works.make_known()
    asset = apprise.AppriseAsset(
        app_id="Seatwise", app_desc="Seatwise", app_url="", image_url_mask="", default_html_color=""
    )
    found: Any = apprise.Apprise.instantiate(address.strip(), asset=asset)
    return found if found is not None and hasattr(sys.modules[type(found).__module__], "requests") else None


def _is_readable(plugin: Any) -> bool:
    """Whether it posts by plain HTTP."""
    plain = plugin.protocol if isinstance(plugin.protocol, list | tuple) else [plugin.protocol]
    return str(plugin.url(privacy=True)).partition("://")[0] in plain


def post(address: str, title: str, text: str) -> Outcome:
    """Post a message, and what came of it. Takes seconds: for the worker."""
    import apprise  # noqa: PLC0415

    found = _plugin(address) if address else None
    if found is None:
        return Outcome(Fate.NEVER, NO_ADDRESS)
    found.verify_certificate, found.redirects = True, False
    found.socket_connect_timeout, found.socket_read_timeout = CONNECTING, ANSWERING
    rule = outbound.Rule(configuration.PRIVATE_ADDRESSES.value(), public=not _is_readable(found))
    with outbound.held_to(rule), apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as said:
        try:
            is_taken = bool(found.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT))
        except (TypeError, ValueError, OSError) as error:  # what it does not catch itself
            return Outcome(Fate.LATER, type(error).__name__)
        words = _without_secrets(said.getvalue(), found)
    return Outcome(Fate.TAKEN) if is_taken else Outcome(Fate.LATER, words)


def _without_secrets(words: str, plugin: Any) -> str:
    """The last that Apprise said, where it holds nothing of the address but the host."""
    lines = [line for line in words.splitlines() if line.strip()]
    line = visible(" ".join(lines[-1].split()))[:LONGEST_WORDS] if lines else ""
    address = str(plugin.url(privacy=False)).partition("://")[2].partition("?")[0]
    parts = {part for piece in address.split("/")[1:] for part in piece.split(":") if len(part) > 3}
    secrets = parts | {each for each in (plugin.user, plugin.password, getattr(plugin, "token", "")) if each}
    if not line or any(str(secret) in line for secret in secrets):
        return NOT_TAKEN
    return line
