import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("licenses", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Enquiry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=30, verbose_name="purpose")),
                ("about_type", models.CharField(max_length=60)),
                ("about_id", models.CharField(max_length=60)),
                ("asked_on", models.DateField(verbose_name="asked on")),
                ("due", models.DateField(verbose_name="to be answered by")),
                ("facts", models.JSONField(default=dict)),
                ("nonce", models.CharField(max_length=64)),
                ("reminders", models.PositiveSmallIntegerField(default=0, verbose_name="reminders")),
                ("seen_on", models.DateField(null=True)),
                ("reached_on", models.DateField(null=True)),
                ("undeliverable", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "waiting for an answer"),
                            ("answered", "answered"),
                            ("lapsed", "not answered in time"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("keep", "keep"), ("give_back", "give back"), ("not_now", "not now")],
                        default="",
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                ("not_now_until", models.DateField(null=True)),
                ("answered_on", models.DateField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "via",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("page", "signed in"),
                            ("link", "by the link in the email"),
                            ("on_behalf", "on their behalf"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("taken_back_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "license",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="enquiries", to="licenses.license"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enquiries",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person asked",
                    ),
                ),
            ],
            options={
                "verbose_name": "enquiry",
                "verbose_name_plural": "enquiries",
                "indexes": [
                    models.Index(fields=["about_type", "about_id"], name="enquiry_about"),
                    models.Index(condition=models.Q(("state", "open")), fields=["due"], name="enquiry_open"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("license",), name="one_open_enquiry"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due__gte", models.F("asked_on"))), name="enquiry_is_due_after_it_is_asked"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_on__isnull", False),
                                ("state", "answered"),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "answered"), _negated=True), ("answer", ""), ("answered_on", None)
                            ),
                            _connector="OR",
                        ),
                        name="enquiry_is_answered_with_an_answer",
                    ),
                ],
            },
        ),
    ]
