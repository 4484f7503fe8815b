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
            name="GateAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("origin", models.CharField(max_length=255, unique=True, verbose_name="address")),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gate_addresses",
                        to="directory.service",
                    ),
                ),
            ],
            options={
                "verbose_name": "address of the gate",
                "verbose_name_plural": "addresses of the gate",
            },
        ),
        migrations.CreateModel(
            name="GateSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("site_session", models.CharField(db_index=True, max_length=40)),
                ("auth_hash", models.CharField(max_length=64)),
                ("address", models.TextField()),
                ("state", models.CharField(max_length=64)),
                ("code", models.CharField(max_length=64, null=True, unique=True)),
                ("secret", models.CharField(max_length=64, null=True, unique=True)),
                ("created_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(db_index=True)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.service"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "session at the gate",
                "verbose_name_plural": "sessions at the gate",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gte", models.F("created_at"))), name="gate_session_ends_later"
                    )
                ],
            },
        ),
    ]
