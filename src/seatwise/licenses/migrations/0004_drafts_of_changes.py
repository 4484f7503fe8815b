"""Drafts of changes of licenses."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("licenses", "0003_files_of_licenses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("screen", "on the screen"),
                            ("person", "on the person’s page"),
                            ("file", "by a file"),
                            ("command", "by a command"),
                            ("api", "by the API"),
                            ("request", "for a request"),
                            ("passing", "a seat passed on"),
                            ("review", "by a review"),
                            ("undo", "undone"),
                            ("import", "by an import of people"),
                            ("other", "otherwise"),
                        ],
                        max_length=10,
                    ),
                ),
                ("steps", models.JSONField(default=list)),
                ("reason", models.TextField(blank=True, default="")),
                ("back", models.CharField(blank=True, default="", max_length=2000)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="licenses.change"
                    ),
                ),
            ],
            options={
                "verbose_name": "draft of a change",
                "verbose_name_plural": "drafts of changes",
            },
        ),
    ]
