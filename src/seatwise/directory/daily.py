"""What the directory has to do each day: see site/daily_work.py."""

import datetime

from django.utils import timezone

from seatwise.directory.models import Upload

KEPT = datetime.timedelta(days=1)  # how long an upload waits for somebody to confirm it


def forget_abandoned_uploads(day: datetime.date) -> str | None:
    """Throw away files that nobody confirmed."""
    forgotten = Upload.objects.forget_abandoned(timezone.now() - KEPT)
    return f"uploaded files that nobody confirmed thrown away: {forgotten}" if forgotten else None
