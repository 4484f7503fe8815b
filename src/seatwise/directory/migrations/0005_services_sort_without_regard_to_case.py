from django.db import migrations
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    """Only how lists are sorted: nothing changes in the database."""

    dependencies = [
        ("directory", "0004_kept_answers"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="service",
            options={
                "ordering": [Lower("name"), "name", "code"],
                "verbose_name": "service",
                "verbose_name_plural": "services",
            },
        ),
    ]
