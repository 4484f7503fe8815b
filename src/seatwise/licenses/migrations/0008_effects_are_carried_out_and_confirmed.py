"""What was carried out in a service is one thing; that it is confirmed is another."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Two names that say what they are, and two columns."""

    dependencies = [
        ("licenses", "0007_policies_have_the_days_of_part_time_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="effect", name="one_pending_effect"),
        migrations.RenameField(model_name="effect", old_name="done_on", new_name="confirmed_on"),
        migrations.RenameField(model_name="effect", old_name="done_by", new_name="confirmed_by"),
        migrations.AddField(model_name="effect", name="carried_out_on", field=models.DateField(null=True)),
        migrations.AddField(
            model_name="effect",
            name="carried_out_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="effect",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed_on", None), ("withdrawn_on", None)),
                fields=("license", "what"),
                name="one_pending_effect",
            ),
        ),
    ]
