from django.db import migrations, models


class Migration(migrations.Migration):
    """The column is added by hand: Django would make the table anew on SQLite, without its triggers."""

    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE audit_entry ADD COLUMN key_id varchar(16) DEFAULT '' NOT NULL",
            "ALTER TABLE audit_entry DROP COLUMN key_id",
            state_operations=[
                migrations.AddField("entry", "key_id", models.CharField(blank=True, default="", max_length=16)),
            ],
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
                ("by_text", models.CharField(blank=True, default="", max_length=600, verbose_name="by whom")),
                ("key_id", models.CharField(max_length=16)),
                ("seal", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "checkpoint of the audit log",
                "verbose_name_plural": "checkpoints of the audit log",
            },
        ),
    ]
