"""Getting Django ready for a command."""

import os
import sys
from typing import NoReturn


def setup(*, initialised: bool = True) -> None:
    """Set up Django for the data directory. Ends the command with a message where a setting is wrong or, unless
    `initialised` is False, where `seatwise init` has not been run or has to be run again after an upgrade.
    """
    from seatwise.configuration import WrongSetting

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seatwise.settings")
    os.umask(0o077)  # what is written here is nobody else's to read
    try:
        import django

        django.setup()
    except WrongSetting as error:
        refuse(str(error))
    if initialised:
        problem = what_is_missing()
        if problem:
            refuse(problem)
        from seatwise.site import kept_settings

        kept_settings.look(now=True)


def what_is_missing() -> str:
    """What `seatwise init` would still have to do, in words; empty where nothing."""
    from django.conf import settings
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    again = "Nothing was done. Run `seatwise init`"
    database = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not os.path.exists(database):
        if any((settings.DATA_DIR / each).exists() for each in ("audit.key", "audit.head")):
            return (
                f"{database} is missing, and no new one was created. Nothing was done. Put the file back, or "
                "restore a backup (`seatwise restore`); `seatwise init` starts with an empty database."
            )
        return f"{settings.DATA_DIR} is not a Seatwise data directory yet. {again}, or set SEATWISE_DATA_DIR."
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        return f"the database cannot be reached: {str(error).strip()}. Nothing was done."
    if not executor.loader.applied_migrations:
        return f"the database is empty. {again}."
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return f"the database is from an earlier version of Seatwise. {again}; make a backup first."
    return ""


def refuse(message: str) -> NoReturn:
    """End the command with a message and exit code 1."""
    print(f"seatwise: {message}", file=sys.stderr)
    raise SystemExit(1)
