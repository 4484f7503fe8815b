"""An index for those who are employed so, in place of one that others begin with: counts took it and read the table."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_copy_into_usage_what_the_list_sorts_by"),
        ("directory", "0001_people_departments_services"),
    ]

    operations = [
        migrations.AlterField(
            "usage",
            "service",
            models.ForeignKey("directory.service", django.db.models.deletion.PROTECT, db_index=False),
        ),
        migrations.AddIndex(
            "usage",
            models.Index(
                fields=["service", "employment", "last_day", "login_bytes", "user"],
                name="usage_by_employment",
                condition=models.Q(shown=True),
            ),
        ),
    ]
