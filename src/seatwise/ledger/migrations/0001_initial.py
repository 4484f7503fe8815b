from typing import Any

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Made by hand: without row ids on SQLite, where that halves its size. Django's own changes of tables on SQLite make them
# anew and would lose that: it is changed by SQL only.
ACCESS_MONTHS = """
CREATE TABLE ledger_accessmonth (
    service_id bigint NOT NULL,
    month integer NOT NULL,
    login_id bigint NOT NULL,
    revision_id bigint NOT NULL,
    days integer NOT NULL,
    program_days integer NOT NULL,
    PRIMARY KEY (service_id, month, login_id, revision_id)
)
"""


def make_access_months(apps: Any, schema_editor: Any) -> None:
    """Make the table of access months."""
    schema_editor.execute(ACCESS_MONTHS + (" WITHOUT ROWID" if schema_editor.connection.vendor == "sqlite" else ""))


def drop_access_months(apps: Any, schema_editor: Any) -> None:
    """Undo it."""
    schema_editor.execute("DROP TABLE ledger_accessmonth")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessMonth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "service_id",
                        "month",
                        "login_id",
                        "revision_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("month", models.IntegerField()),
                ("days", models.IntegerField()),
                ("program_days", models.IntegerField()),
            ],
            options={
                "db_table": "ledger_accessmonth",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="AsOf",
            fields=[
                (
                    "service",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="as_of",
                        serialize=False,
                        to="directory.service",
                    ),
                ),
                ("day", models.IntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("time_zone", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        max_length=50,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9][a-z0-9_-]{0,49}\\Z",
                                "A code has at most 50 of the characters a–z, 0–9, “-” and “_”, and begins with a letter or digit.",
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("log", "logs"), ("vendor", "a vendor's reports")],
                        default="log",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("verified", models.BooleanField(default=True, verbose_name="the server verifies sign-ins")),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("complementary", "complementary: a day is covered only if all of them cover it"),
                            ("redundant", "redundant: a day is covered if any of them covers it"),
                        ],
                        default="redundant",
                        max_length=15,
                        verbose_name="with other sources",
                    ),
                ),
                ("retired_on", models.DateField(blank=True, null=True, verbose_name="retired on")),
            ],
            options={
                "verbose_name": "source",
                "verbose_name_plural": "sources",
                "ordering": ["name", "code"],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("format", models.TextField(default="auto", verbose_name="format")),
                ("login_field", models.CharField(blank=True, default="", max_length=255)),
                ("log_zone", models.CharField(blank=True, default="", max_length=64)),
                ("drop_domain", models.BooleanField(default=False)),
                ("programs", models.JSONField(default=list)),
                ("begun_at", models.DateTimeField(auto_now_add=True)),
                ("forgotten_on", models.DateField(null=True)),
                (
                    "begun_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="ledger.source"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LogImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("files", models.JSONField(default=list)),
                ("uploaded", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("alive_at", models.DateTimeField(null=True)),
                ("attempt", models.IntegerField(default=0)),
                ("bytes_read", models.BigIntegerField(default=0)),
                ("bytes_total", models.BigIntegerField(default=0)),
                ("format", models.TextField(blank=True, default="")),
                ("problem", models.JSONField(default=dict)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="imports", to="ledger.revision"
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateField(verbose_name="as of")),
                ("file", models.CharField(max_length=255, verbose_name="file")),
                ("rows_count", models.IntegerField(default=0)),
                ("imported_at", models.DateTimeField(auto_now_add=True)),
                (
                    "imported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="snapshots", to="ledger.revision"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="snapshots", to="directory.service"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Usage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_day", models.IntegerField(default=0)),
                ("bits", models.IntegerField(default=0)),
                ("days_30", models.SmallIntegerField(default=0)),
                ("program_day", models.IntegerField(default=0)),
                ("login_bytes", models.BinaryField(default=b"")),
                ("shown", models.BooleanField(default=True)),
                (
                    "employment",
                    models.CharField(
                        choices=[("full_time", "full time"), ("part_time", "part time"), ("other", "other")],
                        default="full_time",
                        max_length=10,
                    ),
                ),
                ("license_since", models.DateField(null=True)),
                (
                    "department",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="directory.department"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="directory.service"
                    ),
                ),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.IntegerField()),
                ("days", models.IntegerField()),
                ("service", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="directory.service")),
                ("revision", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="ledger.revision")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("service", "revision", "month"), name="coverage_once")],
            },
        ),
        migrations.CreateModel(
            name="ServiceAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lines", models.BigIntegerField(default=0)),
                ("accesses", models.BigIntegerField(default=0)),
                ("reasons", models.JSONField(default=dict)),
                ("samples", models.JSONField(default=dict)),
                ("logins", models.IntegerField(default=0)),
                ("user_days", models.BigIntegerField(default=0)),
                ("first_day", models.IntegerField(null=True)),
                ("last_day", models.IntegerField(null=True)),
                ("findings", models.JSONField(default=dict)),
                ("unknown", models.JSONField(default=list)),
                ("unknown_count", models.IntegerField(default=0)),
                (
                    "log_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="accounts", to="ledger.logimport"
                    ),
                ),
                ("service", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="directory.service")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("log_import", "service"), name="account_once")],
            },
        ),
        migrations.CreateModel(
            name="Serving",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hosts", models.JSONField(default=list)),
                ("screens", models.JSONField(default=list)),
                ("apis", models.JSONField(default=list)),
                ("assets", models.JSONField(default=list)),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="servings", to="ledger.revision"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="servings", to="directory.service"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("revision", "service"), name="serving_once")],
            },
        ),
        migrations.CreateModel(
            name="SnapshotRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_access", models.DateField(null=True)),
                ("reported_days", models.CharField(blank=True, default="", max_length=40)),
                (
                    "login",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.login"
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="ledger.snapshot"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("snapshot", "login"), name="snapshot_row_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(fields=("source", "number"), name="revision_once"),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(
                condition=models.Q(("shown", True)),
                fields=["service", "last_day", "login_bytes", "user"],
                name="usage_by_last_day",
            ),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(
                condition=models.Q(("shown", True)),
                fields=["service", "-last_day", "login_bytes", "user"],
                name="usage_by_last_day_desc",
            ),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(
                condition=models.Q(("shown", True)),
                fields=["service", "days_30", "login_bytes", "user"],
                name="usage_by_days",
            ),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(
                condition=models.Q(("shown", True)),
                fields=["service", "-days_30", "login_bytes", "user"],
                name="usage_by_days_desc",
            ),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(
                condition=models.Q(("shown", True)), fields=["service", "login_bytes", "user"], name="usage_by_login"
            ),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(
                condition=models.Q(("shown", True)),
                fields=["service", "employment", "last_day", "login_bytes", "user"],
                name="usage_by_employment",
            ),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(fields=["service", "department", "days_30", "user"], name="usage_by_department"),
        ),
        migrations.AddConstraint(
            model_name="usage",
            constraint=models.UniqueConstraint(fields=("service", "user"), name="usage_once"),
        ),
        migrations.RunPython(make_access_months, drop_access_months),
    ]
