"""Which tables a backup holds, in the order in which they can be filled."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.db.migrations.recorder import MigrationRecorder

LEFT_OUT = {"contenttypes", "auth", "sessions", "django_tasks_db"}  # made anew, or worth nothing elsewhere
LEFT_OUT_TABLES = {"gate.gatesession", "accounts.tally"}  # whoever is signed in at a service signs in again


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
    """The models whose rows are not kept and refer to those that are: a restored site has none of them."""
    return [each for each in apps.get_models() if each._meta.label_lower in LEFT_OUT_TABLES]


def _is_kept(model: type[models.Model]) -> bool:
    options = model._meta
    left_out = options.app_label in LEFT_OUT or options.label_lower in LEFT_OUT_TABLES
    return not (options.proxy or options.swapped or left_out)


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The fields of a table that can be written."""
    return [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]


def file_of(model: type[models.Model]) -> str:
    """The name of the file that has its rows."""
    return f"{model._meta.label_lower}.jsonl"


def migrations_applied() -> list[str]:
    """The migrations of this database, without those of tables that are left out."""
    applied = MigrationRecorder.Migration.objects.values_list("app", "name")
    return sorted(f"{app}.{name}" for app, name in applied if app not in LEFT_OUT)


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
