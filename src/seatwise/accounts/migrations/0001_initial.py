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
            name="PasswordToChange",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "password to be changed",
                "verbose_name_plural": "passwords to be changed",
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("key", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("level", models.FloatField(default=0)),
                ("counted_at", models.DateTimeField()),
                ("blocked_until", models.DateTimeField(null=True)),
                ("empty_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "recent failures",
                "verbose_name_plural": "recent failures",
            },
        ),
        migrations.CreateModel(
            name="FailedSignIns",
            fields=[
                ("key", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("first_at", models.DateTimeField(db_index=True)),
                ("last_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "failed attempts to sign in",
                "verbose_name_plural": "failed attempts to sign in",
            },
        ),
    ]
