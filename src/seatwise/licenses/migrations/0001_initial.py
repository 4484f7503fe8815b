from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("screen", "on the screen"),
                            ("person", "on the user’s page"),
                            ("file", "from a file"),
                            ("command", "from the command line"),
                            ("api", "by the API"),
                            ("request", "for a request"),
                            ("transfer", "a seat transfer"),
                            ("review", "by a review"),
                            ("undo", "undone"),
                            ("import", "by a user import"),
                            ("other", "otherwise"),
                        ],
                        default="other",
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                ("ticked", models.JSONField(default=list)),
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
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="licenses.change",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of licenses",
                "verbose_name_plural": "changes of licenses",
            },
        ),
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
                            ("person", "on the user’s page"),
                            ("file", "from a file"),
                            ("command", "from the command line"),
                            ("api", "by the API"),
                            ("request", "for a request"),
                            ("transfer", "a seat transfer"),
                            ("review", "by a review"),
                            ("undo", "undone"),
                            ("import", "by a user import"),
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
        migrations.CreateModel(
            name="Contract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seats", models.PositiveIntegerField(verbose_name="seats")),
                (
                    "price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price per seat",
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[("month", "month"), ("year", "year")],
                        default="month",
                        max_length=5,
                        verbose_name="price per",
                    ),
                ),
                ("currency", models.CharField(blank=True, default="", max_length=3, verbose_name="currency")),
                ("starts", models.DateField(blank=True, null=True, verbose_name="first day")),
                ("ends", models.DateField(blank=True, null=True, verbose_name="ends on (not included)")),
                ("renews", models.DateField(blank=True, null=True, verbose_name="renewal")),
                ("last_day_for_changes", models.DateField(blank=True, null=True, verbose_name="last day for changes")),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="directory.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "contract",
                "verbose_name_plural": "contracts",
            },
        ),
        migrations.CreateModel(
            name="Exemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField(verbose_name="since")),
                ("until", models.DateField(verbose_name="until (included)")),
                ("reason", models.TextField(verbose_name="reason")),
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
                    "service",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exemptions",
                        to="directory.service",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exemptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "exemption",
                "verbose_name_plural": "exemptions",
            },
        ),
        migrations.CreateModel(
            name="FormerSeats",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seats", models.PositiveIntegerField()),
                ("until", models.DateField()),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="former_seats", to="licenses.contract"
                    ),
                ),
            ],
            options={
                "verbose_name": "previous number of seats",
                "verbose_name_plural": "previous numbers of seats",
            },
        ),
        migrations.CreateModel(
            name="License",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added_on", models.DateField(verbose_name="added on")),
                ("first_day", models.DateField(verbose_name="license since")),
                ("add_reason", models.TextField(blank=True, default="")),
                ("removed_on", models.DateField(null=True)),
                ("remove_reason", models.TextField(blank=True, default="")),
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
                    "added_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="added",
                        to="licenses.change",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "removed_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="removed",
                        to="licenses.change",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="licenses.license",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="licenses", to="directory.service"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="licenses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "license",
                "verbose_name_plural": "licenses",
            },
        ),
        migrations.CreateModel(
            name="Effect",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("add", "add"),
                            ("remove", "remove"),
                            ("sleep", "suspend"),
                            ("wake", "end the suspension"),
                        ],
                        max_length=6,
                        verbose_name="action",
                    ),
                ),
                ("since", models.DateField(verbose_name="since")),
                ("carried_out_on", models.DateField(null=True)),
                ("confirmed_on", models.DateField(null=True)),
                ("evidence", models.TextField(blank=True, default="")),
                ("withdrawn_on", models.DateField(null=True)),
                (
                    "carried_out_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "confirmed_by",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="effects", to="licenses.license"
                    ),
                ),
            ],
            options={
                "verbose_name": "pending change",
                "verbose_name_plural": "pending changes",
            },
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "checklist",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="One question per line, such as “Only app administrator?”.",
                        verbose_name="checklist before a removal",
                    ),
                ),
                (
                    "young_days",
                    models.PositiveIntegerField(
                        default=30,
                        validators=[django.core.validators.MaxValueValidator(3650)],
                        verbose_name="grace period for new licenses (days)",
                    ),
                ),
                (
                    "return_days",
                    models.PositiveIntegerField(
                        default=30,
                        validators=[django.core.validators.MaxValueValidator(3650)],
                        verbose_name="grace period after a return (days)",
                    ),
                ),
                (
                    "kept_days",
                    models.PositiveIntegerField(
                        default=90,
                        validators=[django.core.validators.MaxValueValidator(3650)],
                        verbose_name="days without another question after a seat was kept with a reason",
                    ),
                ),
                (
                    "question_days",
                    models.PositiveIntegerField(
                        default=7,
                        validators=[django.core.validators.MaxValueValidator(3650)],
                        verbose_name="days for the answer to a question",
                    ),
                ),
                (
                    "undo_days",
                    models.PositiveIntegerField(
                        default=30,
                        validators=[django.core.validators.MaxValueValidator(3650)],
                        verbose_name="days in which a removal can be undone",
                    ),
                ),
                (
                    "part_time_days",
                    models.DecimalField(
                        decimal_places=1,
                        default=Decimal("2.5"),
                        help_text="Used when no days were entered for a person. Reviews and Find a seat use it.",
                        max_digits=2,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(7),
                        ],
                        verbose_name="expected days a week for part-time users",
                    ),
                ),
                (
                    "second_person",
                    models.BooleanField(default=False, verbose_name="taking a seat immediately needs a second person"),
                ),
                (
                    "same_person",
                    models.BooleanField(
                        default=False,
                        help_text="For small organizations. Each use is marked in the audit log and the evidence.",
                        verbose_name="people may add, remove and mark as done what is their own",
                    ),
                ),
                (
                    "service",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="policy", to="directory.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "policy",
                "verbose_name_plural": "policies",
            },
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins", models.DateField(verbose_name="from")),
                ("until", models.DateField(verbose_name="until (return date)")),
                ("keeps_seat", models.BooleanField(default=False, verbose_name="the seat stays reserved")),
                ("reason", models.TextField(verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "planned"), ("asleep", "suspended"), ("ended", "ended")],
                        default="asleep",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("asked_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("obstacle", models.TextField(blank=True, default="")),
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
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspensions",
                        to="directory.service",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspensions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "suspension",
                "verbose_name_plural": "suspensions",
            },
        ),
        migrations.CreateModel(
            name="CarriedCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=50, verbose_name="service code")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "added_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="carried_added", to="licenses.change"
                    ),
                ),
                (
                    "removed_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried_removed",
                        to="licenses.change",
                    ),
                ),
            ],
            options={
                "verbose_name": "code of a service that is not managed here",
                "verbose_name_plural": "codes of services that are not managed here",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_in", None)),
                        fields=("user", "code"),
                        name="code_carried_once_for_a_user",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends", None), ("starts", None), ("ends__gt", models.F("starts")), _connector="OR"),
                name="contract_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_on", None)), fields=("service", "user"), name="one_license_held"
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.CheckConstraint(
                condition=models.Q(("removed_on", None), ("removed_on__gte", models.F("added_on")), _connector="OR"),
                name="license_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="effect",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed_on", None), ("withdrawn_on", None)),
                fields=("license", "what"),
                name="one_pending_effect",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("begins"))), name="suspension_ends_after_it_begins"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.UniqueConstraint(
                condition=models.Q(("service__isnull", False), ("state__in", ["planned", "asleep"])),
                fields=("user", "service"),
                name="one_suspension_of_a_license",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.UniqueConstraint(
                condition=models.Q(("service", None), ("state__in", ["planned", "asleep"])),
                fields=("user",),
                name="one_suspension_of_an_account",
            ),
        ),
    ]
