import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0001_initial"),
        ("ledger", "0006_followed_files"),
    ]

    operations = [
        migrations.AlterField(
            model_name="logimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("running", "running"),
                    ("done", "done"),
                    ("failed", "failed"),
                    ("removed", "removed"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="logimport",
            name="stage",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reading", "Reading the lines"),
                    ("comparing", "Comparing logins with users and licenses"),
                    ("adding", "Adding access days to the records"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="ImportFacts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rows", models.BinaryField()),
                ("rows_before", models.BinaryField()),
                ("covered", models.JSONField(default=dict)),
                ("covered_before", models.JSONField(default=dict)),
                (
                    "log_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="facts", to="ledger.logimport"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="directory.service"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("log_import", "service"), name="import_facts_once")],
            },
        ),
    ]
