"""A policy says on how many days a week part-time people are expected of whom nobody entered it."""

from decimal import Decimal

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("licenses", "0006_first_days")]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="part_time_days",
            field=models.DecimalField(
                decimal_places=1,
                default=Decimal("2.5"),
                help_text="Where no days were entered for them. Reviews and Find a seat count with it.",
                max_digits=2,
                validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(7)],
                verbose_name="days a week that are expected of part-time people",
            ),
        )
    ]
