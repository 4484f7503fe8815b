"""Files of licenses that nobody confirmed are thrown away: see site/daily_work.py."""

import datetime

from django.utils import timezone

from seatwise.licenses.models import LicensesUpload

KEPT = datetime.timedelta(days=1)  # how long an upload waits for somebody to confirm it


def forget_abandoned_files(day: datetime.date) -> str | None:
    """Throw away files of licenses that nobody confirmed."""
    forgotten = LicensesUpload.objects.forget_abandoned(timezone.now() - KEPT)
    return f"files of licenses that nobody confirmed thrown away: {forgotten}" if forgotten else None
