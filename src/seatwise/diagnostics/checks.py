"""All that `seatwise doctor` looks at, in order."""

from seatwise.diagnostics import installation, work
from seatwise.diagnostics.findings import Check

CHECKS: tuple[tuple[str, Check], ...] = (
    ("versions", installation.versions),
    ("settings", installation.settings),
    ("data directory", installation.data_directory),
    ("database", installation.database),
    ("schema", installation.schema),
    ("audit log", installation.audit_triggers),
    ("statistics", installation.statistics),
    ("clock", installation.clocks),
    ("worker", work.worker),
    ("daily work", work.daily_work),
    ("emails", work.emails),
    ("sources", work.sources),
    ("connections", work.connections),
)
