"""A row of the list as JSON has it: for the API and for `seatwise usage --output json`."""

from collections.abc import Callable

from seatwise.lib.usage import UsageRow, plain_record, strip_text
from seatwise.monitoring.listing import Basis


def recorder(of: Basis) -> Callable[[UsageRow], dict[str, object]]:
    """Makes records of rows of a list."""
    unknown = of.unknown_days
    first = of.first_of_window

    def record(row: UsageRow) -> dict[str, object]:
        strip = getattr(row, "strip", 0)
        return {
            **plain_record(row),
            "at_least": bool(unknown),
            "license_since": row.since.isoformat() if row.since else None,
            "marks": list(row.marks),
            "on_leave_until": row.on_leave_until.isoformat() if row.on_leave_until else None,
            "expected_days": row.expected_days or None,
            "strip": strip_text(strip, first, of.window, unknown) if first is not None else "",
        }

    return record
