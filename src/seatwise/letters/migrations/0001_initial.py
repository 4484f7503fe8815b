import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60, verbose_name="kind")),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=200, unique=True)),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("ja", "日本語")], max_length=5, verbose_name="language"
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=255, verbose_name="e-mail address")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting to be sent"),
                            ("sent", "sent"),
                            ("undeliverable", "undeliverable"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="waiting",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("written_at", models.DateTimeField(verbose_name="written")),
                ("due_at", models.DateTimeField(verbose_name="to be sent")),
                ("next_attempt_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("bounced_at", models.DateTimeField(null=True, verbose_name="reported as not delivered")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("unsure", models.PositiveIntegerField(default=0)),
                ("problem", models.CharField(blank=True, default="", max_length=500, verbose_name="problem")),
                (
                    "answer",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="answer of the mail server"),
                ),
                ("message_id", models.CharField(max_length=255, unique=True)),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recipient",
                    ),
                ),
            ],
            options={
                "verbose_name": "email",
                "verbose_name_plural": "emails",
                "indexes": [
                    models.Index(fields=["state", "next_attempt_at"], name="letter_due"),
                    models.Index(fields=["subject_type", "subject_id"], name="letter_about"),
                ],
            },
        ),
    ]
