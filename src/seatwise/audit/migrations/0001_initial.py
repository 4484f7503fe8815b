import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from seatwise.audit import append_only


class Migration(migrations.Migration):
    """The log, which the database itself lets nobody change. A later change of its table on SQLite must be made by SQL:
    Django would make the table anew, without its triggers.
    """

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Chain",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(default=0)),
                ("hash", models.CharField(default="", max_length=64)),
            ],
            options={
                "verbose_name": "end of the audit log",
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "number",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="last entry that was removed"
                    ),
                ),
                ("hash", models.CharField(max_length=64)),
                ("at", models.DateTimeField(verbose_name="when")),
                ("count", models.BigIntegerField(verbose_name="entries removed")),
                ("by_text", models.CharField(blank=True, default="", max_length=600, verbose_name="actor")),
                ("key_id", models.CharField(max_length=16)),
                ("seal", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "checkpoint of the audit log",
                "verbose_name_plural": "checkpoints of the audit log",
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="number")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("by_login", models.CharField(blank=True, default="", max_length=512)),
                ("verb", models.CharField(max_length=60, verbose_name="action")),
                ("subject_type", models.CharField(blank=True, default="", max_length=60)),
                ("subject_id", models.CharField(blank=True, default="", max_length=200)),
                (
                    "subject_text",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="target"),
                ),
                ("before", models.JSONField(default=dict, verbose_name="before")),
                ("after", models.JSONField(default=dict, verbose_name="after")),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                ("hash", models.CharField(max_length=64)),
                ("key_id", models.CharField(blank=True, default="", max_length=16)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="actor",
                    ),
                ),
            ],
            options={
                "verbose_name": "entry of the audit log",
                "verbose_name_plural": "entries of the audit log",
                "indexes": [
                    models.Index(fields=["at"], name="entry_at"),
                    models.Index(fields=["by_login", "number"], name="entry_by"),
                    models.Index(fields=["verb", "number"], name="entry_verb"),
                    models.Index(fields=["subject_type", "subject_id", "number"], name="entry_subject"),
                ],
            },
        ),
        migrations.RunPython(append_only.create, append_only.drop),
    ]
