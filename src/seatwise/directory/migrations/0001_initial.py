import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Service",
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
                    "address",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=200,
                        validators=[django.core.validators.URLValidator(["http", "https"])],
                        verbose_name="address",
                    ),
                ),
                (
                    "department_admins_see_usage",
                    models.BooleanField(
                        default=False, verbose_name="department administrators can see the usage of their departments"
                    ),
                ),
                (
                    "department_admins_change_licenses",
                    models.BooleanField(
                        default=False,
                        help_text="They can then see the usage of those people, too.",
                        verbose_name=(
                            "department administrators can add and remove licenses for their departments and unaffiliated"
                            " users"
                        ),
                    ),
                ),
                (
                    "how_removal_takes_effect",
                    models.CharField(
                        choices=[
                            ("gate", "Seatwise blocks access at the gate"),
                            ("vendor", "pending until the vendor's system confirms it"),
                            ("by_hand", "someone marks it as done by hand"),
                        ],
                        default="by_hand",
                        max_length=10,
                        verbose_name="how a removal takes effect",
                    ),
                ),
            ],
            options={
                "verbose_name": "service",
                "verbose_name_plural": "services",
                "ordering": [django.db.models.functions.text.Lower("name"), "name", "code"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("login", models.CharField(max_length=255, unique=True, verbose_name="login name")),
                ("folded", models.CharField(editable=False, max_length=512, unique=True)),
                ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                ("email", models.CharField(blank=True, max_length=255, verbose_name="e-mail address")),
                ("employee_number", models.CharField(blank=True, max_length=255, verbose_name="employee number")),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "active"), ("inactive", "inactive")],
                        default="active",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("activated_on", models.DateField(editable=False, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("user", "user"),
                            ("guest", "guest user"),
                            ("shared", "shared account"),
                            ("system", "system account"),
                        ],
                        default="user",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "employment",
                    models.CharField(
                        choices=[("full_time", "full time"), ("part_time", "part time"), ("other", "other")],
                        default="full_time",
                        max_length=10,
                        verbose_name="employment",
                    ),
                ),
                (
                    "expected_days",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=2, null=True, verbose_name="expected days a week"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("administrator", "administrator"),
                            ("auditor", "auditor"),
                            ("department_administrator", "department administrator"),
                            ("member", "member"),
                        ],
                        default="member",
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("ja", "日本語")],
                        default="en",
                        max_length=5,
                        verbose_name="language",
                    ),
                ),
                ("search_text", models.TextField(default="", editable=False)),
                ("sessions_ended", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="managed",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="manager",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="responsible_for",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="responsible person",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("administrator", "administrator"),
                            ("auditor", "auditor"),
                            ("department_administrator", "department administrator"),
                            ("member", "member"),
                        ],
                        max_length=30,
                    ),
                ),
                ("shown", models.CharField(max_length=20)),
                ("hashed", models.CharField(max_length=64, unique=True)),
                ("scopes", models.JSONField(default=list)),
                ("added_on", models.DateField()),
                ("expires_on", models.DateField(verbose_name="expires on")),
                ("ended_on", models.DateField(null=True)),
                ("last_used_on", models.DateField(null=True)),
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
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tokens", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "API token",
                "verbose_name_plural": "API tokens",
            },
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=255, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                ("order", models.IntegerField(default=0, verbose_name="order")),
                ("position", models.IntegerField(db_index=True, default=0, editable=False)),
                ("last", models.IntegerField(default=0, editable=False)),
                ("depth", models.IntegerField(default=0, editable=False)),
                ("full_name", models.TextField(default="", editable=False)),
                ("search_text", models.TextField(default="", editable=False)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="directory.department",
                        verbose_name="belongs to",
                    ),
                ),
            ],
            options={
                "verbose_name": "department",
                "verbose_name_plural": "departments",
            },
        ),
        migrations.CreateModel(
            name="DepartmentAdministrator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "department",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="directory.department"),
                ),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=255)),
                ("asked", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_index=True)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("body", models.JSONField(default=dict)),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.apitoken"
                    ),
                ),
            ],
            options={
                "verbose_name": "kept answer",
                "verbose_name_plural": "kept answers",
            },
        ),
        migrations.CreateModel(
            name="Login",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("folded", models.CharField(max_length=512, unique=True)),
                ("written", models.CharField(max_length=512, verbose_name="login name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "person"), ("program", "program"), ("guest", "guest user")],
                        default="person",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="logins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "login name",
                "verbose_name_plural": "login names",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("primary", models.BooleanField(default=False)),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                (
                    "department",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="directory.department"),
                ),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("people", "People"), ("licenses", "Licenses"), ("report", "Report")], max_length=10
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="file")),
                ("data", models.BinaryField()),
                ("encoding", models.CharField(blank=True, max_length=30, verbose_name="encoding")),
                ("options", models.JSONField(default=dict)),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="uploaded at")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for confirmation"),
                            ("done", "imported"),
                            ("abandoned", "not imported"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("result", models.JSONField(default=dict)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["name", "id"], name="user_by_name"),
        ),
        migrations.AddConstraint(
            model_name="departmentadministrator",
            constraint=models.UniqueConstraint(fields=("user", "department"), name="one_department_administrator"),
        ),
        migrations.AddConstraint(
            model_name="keptanswer",
            constraint=models.UniqueConstraint(fields=("token", "key"), name="one_answer_for_a_key_of_a_token"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)), fields=("user", "department"), name="one_current_membership"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("primary", True), ("until", None)), fields=("user",), name="one_primary_department"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("since", None), ("until__gt", models.F("since")), _connector="OR"),
                name="membership_ends_after_it_began",
            ),
        ),
    ]
