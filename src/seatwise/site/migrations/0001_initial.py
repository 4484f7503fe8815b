from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("day", models.DateField(verbose_name="last day")),
                ("held_on", models.DateField(null=True)),
                ("is_due", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "clock",
                "verbose_name_plural": "clocks",
            },
        ),
    ]
