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
            name="SeatRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(verbose_name="reason")),
                ("asked_on", models.DateField(verbose_name="asked on")),
                ("offered_on", models.DateField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("granted", "granted"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("handled_on", models.DateField(null=True)),
                ("answer", models.TextField(blank=True, default="")),
                (
                    "handled_by",
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="licenses.license"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seat_requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seat_requests",
                        to="directory.service",
                    ),
                ),
            ],
            options={
                "verbose_name": "seat request",
                "verbose_name_plural": "seat requests",
            },
        ),
        migrations.CreateModel(
            name="SeatTransfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_on", models.DateField(verbose_name="started")),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("awaiting_second", "waiting for a second person"),
                            ("agreed", "agreed, not transferred yet"),
                            ("lapsed", "not answered in time, not transferred yet"),
                            ("passed", "transferred"),
                            ("kept", "the holder keeps it"),
                            ("refused", "refused by the second person"),
                            ("cancelled", "given up"),
                            ("undone", "transferred, then undone"),
                        ],
                        max_length=15,
                        verbose_name="state",
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("by_hand", "by an administrator"),
                            ("license_changed", "the license has since been removed"),
                            ("holds_already", "the new holder has since received a license"),
                            ("request_closed", "the request is no longer open"),
                            ("left", "the current or new holder became inactive or a guest user"),
                        ],
                        default="",
                        max_length=15,
                    ),
                ),
                ("ended_on", models.DateField(null=True)),
                ("end_reason", models.TextField(blank=True, default="")),
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
                    "change",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="licenses.change"
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
                    "enquiry",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="enquiries.enquiry"
                    ),
                ),
                (
                    "for_user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "license",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="transfers", to="licenses.license"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="seat_requests.seatrequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "seat transfer",
                "verbose_name_plural": "seat transfers",
            },
        ),
        migrations.AddIndex(
            model_name="seatrequest",
            index=models.Index(fields=["state", "service"], name="seat_request_state"),
        ),
        migrations.AddConstraint(
            model_name="seatrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")), fields=("service", "person"), name="one_open_request"
            ),
        ),
        migrations.AddConstraint(
            model_name="seatrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "granted"), _negated=True), ("license__isnull", False), _connector="OR"
                ),
                name="granted_request_has_a_license",
            ),
        ),
        migrations.AddIndex(
            model_name="seattransfer",
            index=models.Index(fields=["state"], name="transfer_state"),
        ),
        migrations.AddConstraint(
            model_name="seattransfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "awaiting_second", "agreed", "lapsed"])),
                fields=("license",),
                name="one_open_transfer",
            ),
        ),
        migrations.AddConstraint(
            model_name="seattransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "passed"), _negated=True), ("ended_on__isnull", False), _connector="OR"
                ),
                name="passed_seat_has_a_day",
            ),
        ),
    ]
