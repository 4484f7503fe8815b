"""Copy into usage what the list of User Access Monitoring sorts and narrows by, with indexes in its orders."""

from typing import Any

from django.db import migrations, models

COPY = """
UPDATE ledger_usage AS g
SET login_bytes = {login}, employment = u.employment,
    shown = CASE WHEN u.status = 'active' AND u.kind <> 'guest' THEN {true} ELSE {false} END
FROM directory_user u WHERE u.id = g.user_id
"""
COPY_SINCE = """
UPDATE ledger_usage AS g SET license_since = l.added_on
FROM licenses_license l WHERE l.user_id = g.user_id AND l.service_id = g.service_id AND l.removed_on IS NULL
"""
DIALECTS = {
    "sqlite": {"login": "CAST(u.login AS BLOB)", "true": "1", "false": "0"},
    "postgresql": {"login": "convert_to(u.login, 'UTF8')", "true": "TRUE", "false": "FALSE"},
}
ORDERS = (
    ("usage_by_last_day", ["last_day"]),
    ("usage_by_last_day_desc", ["-last_day"]),
    ("usage_by_days", ["days_30"]),
    ("usage_by_days_desc", ["-days_30"]),
    ("usage_by_login", []),
)


def copy(apps: Any, schema_editor: Any) -> None:
    """Fill the columns of the rows there are."""
    schema_editor.execute(COPY.format(**DIALECTS[schema_editor.connection.vendor]))
    schema_editor.execute(COPY_SINCE)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_access_months"),
        ("licenses", "0001_contracts_and_licenses"),
    ]

    operations = [
        migrations.AddField("usage", "login_bytes", models.BinaryField(default=b"")),
        migrations.AddField("usage", "shown", models.BooleanField(default=True)),
        migrations.AddField(
            "usage",
            "employment",
            models.CharField(
                choices=[("full_time", "full time"), ("part_time", "part time"), ("other", "other")],
                default="full_time",
                max_length=10,
            ),
        ),
        migrations.AddField("usage", "license_since", models.DateField(null=True)),
        migrations.RunPython(copy, migrations.RunPython.noop),
        migrations.RemoveIndex("usage", "usage_by_last_day"),
        migrations.RemoveIndex("usage", "usage_by_days"),
        *(
            migrations.AddIndex(
                "usage",
                models.Index(
                    fields=["service", *columns, "login_bytes", "user"], name=name, condition=models.Q(shown=True)
                ),
            )
            for name, columns in ORDERS
        ),
    ]
