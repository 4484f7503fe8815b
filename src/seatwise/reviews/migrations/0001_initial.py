import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_initial"),
        ("enquiries", "0001_initial"),
        ("licenses", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("named", models.BooleanField()),
                ("left_out", models.JSONField(default=list)),
                ("facts", models.JSONField(default=dict)),
                ("deciders", models.JSONField(default=list)),
                ("added_at", models.DateTimeField(null=True)),
                ("added_because", models.TextField(blank=True, default="")),
                (
                    "recommendation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keep", "keep"),
                            ("remove", "remove"),
                            ("suspend", "suspend"),
                            ("reassign", "reassign"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("recommended_because", models.JSONField(default=list)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keep", "keep"),
                            ("remove", "remove"),
                            ("suspend", "suspend"),
                            ("reassign", "reassign"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_reason", models.TextField(blank=True, default="")),
                ("contradicted_at", models.DateTimeField(null=True)),
                ("in_bulk", models.BooleanField(default=False)),
                ("suspend_until", models.DateField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "not carried out yet"),
                            ("applied", "carried out and confirmed"),
                            ("pending", "requested, not confirmed by the service yet"),
                            ("changed", "the license had changed in the meantime"),
                            ("failed", "could not be carried out"),
                            ("undone", "undone"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("problem", models.TextField(blank=True, default="")),
                ("applied_at", models.DateTimeField(null=True)),
                ("read_back", models.JSONField(default=dict)),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="licenses.change",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_for",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decider_department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="items_to_decide",
                        to="directory.department",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="directory.department",
                    ),
                ),
                (
                    "enquiry",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="enquiries.enquiry"
                    ),
                ),
                (
                    "license",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="licenses.license"
                    ),
                ),
                (
                    "reassign_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "suspension",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="licenses.suspension",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "item of a review",
                "verbose_name_plural": "items of reviews",
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("before", models.TextField(blank=True, default="")),
                ("after", models.TextField(blank=True, default="")),
                ("why", models.TextField(blank=True, default="")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handovers", to="reviews.item"
                    ),
                ),
            ],
            options={
                "verbose_name": "change of owner",
                "verbose_name_plural": "changes of owner",
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("open", "open"),
                            ("closing", "being carried out"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("rule", models.JSONField(default=dict, verbose_name="rule")),
                ("due", models.DateField(verbose_name="due")),
                ("asks_members", models.BooleanField(default=True, verbose_name="users are asked first")),
                (
                    "asks_again",
                    models.BooleanField(
                        default=False, verbose_name="including people who recently kept the seat with a reason"
                    ),
                ),
                (
                    "one_person_two_steps",
                    models.BooleanField(
                        default=False,
                        help_text=(
                            "Even if they are not independent of what they approve; the evidence says so each time. No "
                            "one can approve their own license or confirm what they carried out."
                        ),
                        verbose_name="one person may take two of the four steps",
                    ),
                ),
                ("created_on", models.DateField()),
                ("as_of", models.DateField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("coverage", models.JSONField(default=dict)),
                ("seats", models.JSONField(default=dict)),
                ("money", models.JSONField(default=dict)),
                ("checksum", models.CharField(blank=True, default="", max_length=64)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.review"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="directory.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
            },
        ),
        migrations.AddField(
            model_name="item",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="items", to="reviews.review"
            ),
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40, verbose_name="action")),
                ("login", models.CharField(max_length=512, verbose_name="login name")),
                ("name", models.CharField(blank=True, default="", max_length=255, verbose_name="name")),
                ("since", models.DateField(null=True)),
                ("text", models.TextField(blank=True, default="")),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "finding",
                "verbose_name_plural": "findings",
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("manifest_sum", models.CharField(max_length=64)),
                ("fingerprint", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence of a review",
                "verbose_name_plural": "evidence of reviews",
            },
        ),
        migrations.CreateModel(
            name="Attestation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("department_text", models.TextField(blank=True, default="")),
                ("by_text", models.CharField(max_length=600)),
                ("at", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
                ("checksum", models.CharField(max_length=64)),
                ("remark", models.TextField(blank=True, default="")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="directory.department",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attestations", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "confirmation of a department",
                "verbose_name_plural": "confirmations of departments",
            },
        ),
        migrations.CreateModel(
            name="Addendum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("undone", "undone"),
                            ("read_back", "read back"),
                            ("confirmed", "confirmed"),
                            ("remark", "remark"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by_text", models.CharField(blank=True, default="", max_length=600)),
                ("text", models.TextField(blank=True, default="")),
                ("data", models.JSONField(default=dict)),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addenda",
                        to="reviews.item",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="addenda", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "addendum of a review",
                "verbose_name_plural": "addenda of reviews",
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("rule", models.JSONField(default=dict, verbose_name="rule")),
                ("first_on", models.DateField(verbose_name="first review on")),
                ("every_months", models.PositiveSmallIntegerField(default=3, verbose_name="every (months)")),
                ("next_on", models.DateField(verbose_name="next on")),
                ("due_days", models.PositiveSmallIntegerField(default=30, verbose_name="due after (days)")),
                ("asks_members", models.BooleanField(default=True, verbose_name="users are asked first")),
                (
                    "one_person_two_steps",
                    models.BooleanField(
                        default=False,
                        help_text=(
                            "Even if they are not independent of what they approve; the evidence says so each time. No "
                            "one can approve their own license or confirm what they carried out."
                        ),
                        verbose_name="one person may take two of the four steps",
                    ),
                ),
                ("ended_on", models.DateField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="schedules", to="directory.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "schedule",
                "verbose_name_plural": "schedules",
            },
        ),
        migrations.AddField(
            model_name="review",
            name="schedule",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="reviews.schedule"
            ),
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("proposed", "request"),
                            ("approved", "approval"),
                            ("carried_out", "execution"),
                            ("confirmed", "confirmation"),
                        ],
                        max_length=11,
                    ),
                ),
                ("by_text", models.CharField(max_length=600)),
                ("at", models.DateTimeField()),
                ("text", models.TextField(blank=True, default="")),
                ("also", models.JSONField(default=list)),
                ("conflicts", models.JSONField(default=list)),
                ("returned_at", models.DateTimeField(null=True)),
                ("returned_by_text", models.CharField(blank=True, default="", max_length=600)),
                ("returned_because", models.TextField(blank=True, default="")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a review",
                "verbose_name_plural": "steps of reviews",
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins", models.DateField(verbose_name="from")),
                ("until", models.DateField(verbose_name="until (included)")),
                ("reason", models.TextField(blank=True, default="")),
                ("ended_on", models.DateField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stands_in",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "delegation",
                "verbose_name_plural": "delegations",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("begins"))), name="delegation_ends_after_it_begins"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("of", models.F("to")), _negated=True),
                        name="nobody_stands_in_for_themselves",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["review", "named", "decision"], name="items_to_decide"),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(fields=("review", "license"), name="license_once_in_a_review"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["review", "kind"], name="findings_of_a_review"),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(fields=("review", "number"), name="evidence_once"),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(
                condition=models.Q(("returned_at", None)), fields=("review", "kind"), name="each_step_once"
            ),
        ),
    ]
