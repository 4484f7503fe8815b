from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0006_latest_memberships"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="membership",
            name="latest_memberships",
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("since__isnull", False), ("until", None)),
                fields=["since"],
                name="latest_memberships",
            ),
        ),
    ]
