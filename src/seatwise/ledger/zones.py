"""The zone in which the organization's days are, and the day it is there."""

from django.utils.translation import gettext as _

from seatwise import configuration
from seatwise.ledger.models import Recording, Revision
from seatwise.lib import days


def organization_zone() -> str:
    """That of the facts that are recorded, else SEATWISE_TIME_ZONE, else the first source's, else this machine's."""
    recording = Recording.objects.first()
    if recording is not None:
        return recording.time_zone
    if configuration.TIME_ZONE.written:
        return configuration.zone().key
    first = Revision.objects.exclude(log_zone="").order_by("pk").first()
    return first.log_zone if first is not None else configuration.zone().key


def zone_for_reading() -> str:
    """The zone in which logs are to be counted: a zone that was set must be the recorded one, or merging refuses."""
    if configuration.TIME_ZONE.written:
        return configuration.zone().key
    return organization_zone()


def today(zone: str = "") -> int:
    """The day it is in the organization's zone (which is asked for unless given), or what SEATWISE_TODAY fixes."""
    return days.day_of(configuration.today(days.zone(zone or organization_zone())))


def why_fixed() -> str:
    """Why the time zone cannot be changed any more; empty where it can."""
    recording = Recording.objects.first()
    if recording is None:
        return ""
    return _("Days are recorded in the time zone %(zone)s, so it can no longer be changed.") % {
        "zone": recording.time_zone
    }
