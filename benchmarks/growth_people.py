"""Very many people with licenses, made by the database itself: one is made as Seatwise does it, and copied by SQL."""

from typing import Any


def populate(count: int) -> tuple[Any, Any]:
    """A service, and the revision of a source of it; `user0000001` and all the others hold licenses."""
    import datetime

    from django.db import connection

    from seatwise.directory import people
    from seatwise.directory.models import Login, Service, User
    from seatwise.ledger.models import Source, Usage
    from seatwise.ledger.models.sources import ReadingRules
    from seatwise.licenses import grants
    from seatwise.licenses.models import License
    from seatwise.logs.rules import Rules

    on = datetime.date(2026, 1, 1)
    service = Service.objects.add(code="bench", name="Bench", by=None)
    source = Source.objects.add(code="log", name="Log", rules=ReadingRules(services={"bench": Rules()}), by=None)
    first = people.add({"login": "user", "name": "User"}, by=None, on=on)
    grants.grant(service=service, users=[first], by=None, reason="", on=on)
    name = "'user' || " + {"sqlite": "printf('%%07d', n)", "postgresql": "to_char(n, 'FM0000000')"}[connection.vendor]
    blob = {"sqlite": "BLOB", "postgresql": "bytea"}[connection.vendor]
    numbered = f"(WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) SELECT n FROM c) v"
    copied(User, numbered, login=name, folded=name, search_text=name)
    others = "(SELECT id, login FROM directory_user WHERE login LIKE 'user_%%') v"
    copied(Login, others, folded="v.login", written="v.login", user_id="v.id")
    copied(License, others, user_id="v.id")
    copied(Usage, others, user_id="v.id", login_bytes=f"CAST(v.login AS {blob})")
    return service, source.revision


def copied(model: Any, of: str, **changed: str) -> None:
    """Insert a copy of the only row of a model for each row of `of`, with some columns changed."""
    from django.db import connection

    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    quoted = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    table = model._meta.db_table
    template = model._default_manager.latest("pk").pk
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} t CROSS JOIN {of} WHERE t.id = %s", [template]
        )
