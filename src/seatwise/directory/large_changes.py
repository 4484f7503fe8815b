"""Changes so large that somebody has to confirm how many they are, also where all else was said yes to."""

from django.utils.translation import ngettext

from seatwise import configuration

FEW = 3  # that are few whatever they are of


def is_large(count: int, of: int) -> bool:
    """Whether so many of some are more than the settable share (SEATWISE_LARGE_CHANGE)."""
    return count > max(FEW, configuration.LARGE_CHANGE.value() * of // 100)


def refusal_to_deactivate(count: int) -> str:
    return ngettext(
        "%(count)s user would be deactivated. Confirm that number. Nothing was imported.",
        "%(count)s users would be deactivated. Confirm that number. Nothing was imported.",
        count,
    ) % {"count": count}
