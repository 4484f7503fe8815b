"""Schedules remember their first day, so that one of the 31st stays on the 31st after February."""

import datetime
from typing import Any

from django.db import migrations, models
from django.db.models import F


def begin_on_the_next_day(apps: Any, schema_editor: Any) -> None:
    """What is known of those that there are."""
    apps.get_model("reviews", "Schedule").objects.update(first_on=F("next_on"))


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("reviews", "0004_findings")]

    operations = [
        migrations.AddField(
            model_name="schedule",
            name="first_on",
            field=models.DateField(default=datetime.date(2026, 1, 1), verbose_name="first review on"),
            preserve_default=False,
        ),
        migrations.RunPython(begin_on_the_next_day, migrations.RunPython.noop),
    ]
