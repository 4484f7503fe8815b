"""A license that a change gives back, since a removal is undone, keeps its first day."""

from typing import Any

from django.db import migrations, models


def from_the_day_of_adding(apps: Any, schema_editor: Any) -> None:
    """What was undone before began anew, and stays so."""
    apps.get_model("licenses", "License").objects.update(first_day=models.F("added_on"))


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("licenses", "0005_policies_allow_the_same_person")]

    operations = [
        migrations.AddField(
            model_name="license", name="first_day", field=models.DateField(null=True, verbose_name="license since")
        ),
        migrations.RunPython(from_the_day_of_adding, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="license", name="first_day", field=models.DateField(verbose_name="license since")
        ),
        migrations.AlterField(model_name="license", name="added_on", field=models.DateField(verbose_name="added on")),
    ]
