"""Why an import failed is kept as a code and values, not as a sentence in English."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_find_usage_by_employment")]

    operations = [
        migrations.RemoveField(model_name="logimport", name="message"),
        migrations.AddField(model_name="logimport", name="problem", field=models.JSONField(default=dict)),
    ]
