"""A policy can allow that people give, take and tick off what is their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("licenses", "0004_drafts_of_changes")]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="same_person",
            field=models.BooleanField(
                default=False,
                help_text="For small organizations. Each time it is marked in the audit log and the evidence.",
                verbose_name="people may give, take and tick off what is their own",
            ),
        )
    ]
