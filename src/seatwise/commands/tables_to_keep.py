"""Which tables a backup holds, in the order in which they can be filled."""

import datetime
import uuid
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddField,
    AddIndex,
    AlterField,
    AlterModelOptions,
    CreateModel,
    RemoveIndex,
)
from django.db.migrations.recorder import MigrationRecorder

FILLED_BY_MIGRATIONS = {"contenttypes", "auth"}  # apps
# Operations that take no column away.
ADDING = (AddField, AddIndex, AlterModelOptions, CreateModel, RemoveIndex)
# Of what is under way on a machine, and empty after a restore: nobody is signed in, and no task that was begun for
# other data goes on. Work that is to go on after a restart is known from the rows that it is about.
UNDER_WAY = {
    "accounts.tally",
    "django_tasks_database.dbtaskresult",
    "gate.gatesession",
    "sessions.session",
    "site.backgroundfile",
    "usersessions.usersession",
}


def kept_models() -> list[type[models.Model]]:
    """The models whose rows are kept: each after those that it refers to."""
    every = [each for each in apps.get_models(include_auto_created=True) if _is_kept(each)]
    ordered: list[type[models.Model]] = []
    entered: set[type[models.Model]] = set()

    def place(model: type[models.Model]) -> None:
        if model in entered:
            return
        entered.add(model)
        for field in model._meta.concrete_fields:
            if field.remote_field and field.remote_field.model in every:
                place(field.remote_field.model)
        ordered.append(model)

    for model in sorted(every, key=lambda each: each._meta.label_lower):
        place(model)
    return ordered


def emptied_models() -> list[type[models.Model]]:
    """The models whose rows are not kept, and that a restored site has none of."""
    return [apps.get_model(label) for label in sorted(UNDER_WAY)]


def _is_kept(model: type[models.Model]) -> bool:
    options = model._meta
    left_out = options.app_label in FILLED_BY_MIGRATIONS or options.label_lower in UNDER_WAY
    return not (options.proxy or options.swapped or left_out)


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The fields of a table that can be written."""
    return [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]


def file_of(model: type[models.Model]) -> str:
    """The name of the file that has its rows."""
    return f"{model._meta.label_lower}.jsonl"


def migrations_applied() -> list[str]:
    """The migrations of this database, without those of apps that no table is kept of."""
    kept = {model._meta.app_label for model in kept_models()}
    applied = MigrationRecorder.Migration.objects.values_list("app", "name")
    return sorted(f"{app}.{name}" for app, name in applied if app in kept)


def fits_these_tables(applied: Collection[str]) -> bool:
    """Whether rows of a database with these migrations fit this one: the same ones, or later ones that only add."""
    here, then = set(migrations_applied()), {name.split(".")[0] for name in applied}
    return set(applied) <= here and all(_only_adds(name, then) for name in here - set(applied))


def added_since(applied: Collection[str]) -> dict[str, set[str]]:
    """The columns, by table, that a database with these migrations lacks: all of those of a table that it lacks."""
    added: dict[str, set[str]] = {}
    for name in {*migrations_applied()} - {*applied}:
        app = name.split(".")[0]
        for each in _migration(name).operations:
            if isinstance(each, CreateModel):
                model = apps.get_model(app, each.name)
                for whole in (model, *(_table_between(field) for field in model._meta.local_many_to_many)):
                    added[whole._meta.label_lower] = {field.attname for field in columns_of(whole)}
            elif isinstance(each, AddField):
                model = apps.get_model(app, each.model_name)
                field = model._meta.get_field(each.name)
                if isinstance(field, models.ManyToManyField):
                    between = _table_between(field)
                    added[between._meta.label_lower] = {column.attname for column in columns_of(between)}
                else:
                    added.setdefault(model._meta.label_lower, set()).add(field.attname)
    return added


def _table_between(field: "models.ManyToManyField[Any, Any]") -> type[models.Model]:
    through = field.remote_field.through
    assert through is not None
    return through


# Of a field, what its stored values do not depend on.
BESIDE = dict.fromkeys(("blank", "choices", "db_index", "help_text", "on_delete", "verbose_name"))


def _only_adds(name: str, then: Collection[str]) -> bool:
    """Whether rows from before a migration, of a site with the apps of `then`, are as good after it: what it adds has
    its default. The first migration of an app only adds where the whole app is new.
    """
    migration = _migration(name)
    return not (migration.initial and name.split(".")[0] in then) and all(
        isinstance(each, ADDING) or (isinstance(each, AlterField) and _keeps_its_values(name, each))
        for each in migration.operations
    )


def _keeps_its_values(name: str, change: AlterField) -> bool:
    """Whether a field takes every value that it took before: it may be longer now, or empty."""
    app, _, own = name.partition(".")
    before = MigrationLoader(connection).project_state((app, own), at_end=False)
    was = before.models[app, change.model_name_lower].fields[change.name]
    (kind, old), (other, new) = [
        (field.deconstruct()[1], {**field.deconstruct()[3], **BESIDE}) for field in (was, change.field)
    ]
    longer = new.pop("max_length", 0) >= old.pop("max_length", 0)
    emptier = new.pop("null", False) >= old.pop("null", False)
    return kind == other and old == new and longer and emptier


def _migration(name: str) -> Migration:
    app, _, own = name.partition(".")
    return MigrationLoader(connection).disk_migrations[app, own]


def plain(value: Any) -> Any:
    """A value as JSON has it; nothing is rounded."""
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise TypeError(f"a backup cannot hold a {type(value).__name__}")


def back(field: models.Field[Any, Any], value: Any) -> Any:
    """The value of a field from what JSON had."""
    target = field
    while target.remote_field:
        target = target.target_field  # type: ignore[attr-defined]
    if value is not None and isinstance(target, models.BinaryField):
        return bytes.fromhex(value)
    return target.to_python(value) if value is not None else None
