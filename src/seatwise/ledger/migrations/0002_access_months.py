"""The table of access months, made by hand: without row ids on SQLite, where that halves its size.

Django's own changes of tables on SQLite make them anew and would lose that: it is changed by SQL only.
"""

from typing import Any

from django.db import migrations

TABLE = """
CREATE TABLE ledger_accessmonth (
    service_id bigint NOT NULL,
    month integer NOT NULL,
    login_id bigint NOT NULL,
    revision_id bigint NOT NULL,
    days integer NOT NULL,
    program_days integer NOT NULL,
    PRIMARY KEY (service_id, month, login_id, revision_id)
)
"""


def create(apps: Any, schema_editor: Any) -> None:
    """Make the table."""
    schema_editor.execute(TABLE + (" WITHOUT ROWID" if schema_editor.connection.vendor == "sqlite" else ""))


def drop(apps: Any, schema_editor: Any) -> None:
    """Undo it."""
    schema_editor.execute("DROP TABLE ledger_accessmonth")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_sources_and_facts")]

    operations = [migrations.RunPython(create, drop)]
