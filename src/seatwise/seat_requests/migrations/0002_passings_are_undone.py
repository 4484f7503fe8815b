"""A seat that was passed on can be given back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One more state."""

    dependencies = [("seat_requests", "0001_requests_and_passings")]

    operations = [
        migrations.AlterField(
            model_name="passing",
            name="state",
            field=models.CharField(
                choices=[
                    ("asked", "asked"),
                    ("awaiting_second", "waits for a second person"),
                    ("agreed", "agreed, not passed on yet"),
                    ("lapsed", "not answered in time, not passed on yet"),
                    ("passed", "passed on"),
                    ("kept", "kept"),
                    ("refused", "refused by the second person"),
                    ("cancelled", "given up"),
                    ("undone", "passed on, and undone"),
                ],
                max_length=15,
                verbose_name="state",
            ),
        )
    ]
