"""What is done each minute beside signing in: see site/daily_work.py."""

from django.utils import timezone

from seatwise.accounts import throttling


def forget_attempts() -> str | None:
    """Forget the attempts that do not count any more."""
    throttling.sweep(timezone.now())
    return None
