"""Steps keep how whoever took them was not independent, where the review allows that; and what the setting says."""

from django.db import migrations, models

TWO_STEPS = {
    "default": False,
    "help_text": (
        "Also where they are not independent of what they approve. The evidence says so each time. Approving one’s own "
        "license, and confirming what one carried out, stay impossible."
    ),
    "verbose_name": "one person may hold two of the four steps",
}


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("reviews", "0005_first_day_of_schedules")]

    operations = [
        migrations.AddField(model_name="step", name="conflicts", field=models.JSONField(default=list)),
        migrations.AlterField("review", "one_person_two_steps", models.BooleanField(**TWO_STEPS)),
        migrations.AlterField("schedule", "one_person_two_steps", models.BooleanField(**TWO_STEPS)),
    ]
