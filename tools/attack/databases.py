"""Databases of sites from outside: copies of PostgreSQL's, and statements past the site on either."""

import secrets
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

from tools.test_postgres import options_in, programs, unprivileged

SQLITE = "seatwise.sqlite3"
UNGUARDED = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


def new(server: str, like: str = "template0") -> str:
    """The address of a database that is new, or a copy of another one that nobody is connected to."""
    name = f"attacked_{secrets.token_hex(6)}"
    _order(server, f'CREATE DATABASE {name} TEMPLATE "{like}"')
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def copy(address: str) -> str:
    """The address of a database with the same in it."""
    return new(address, like=urlsplit(address).path[1:])


def put_back(address: str, kept: str) -> None:
    """A database is as another one; whoever is connected is cut off."""
    name = urlsplit(address).path[1:]
    _order(address, f'DROP DATABASE "{name}" WITH (FORCE)')
    _order(address, f'CREATE DATABASE "{name}" TEMPLATE "{urlsplit(kept).path[1:]}"')


def restart(address: str) -> None:
    """The server is stopped and started. What a crash of it would take back stays out of this: it does not wait for the
    disk (test_postgres.SPEED).
    """
    [directory] = parse_qs(urlsplit(address).query)["host"]
    command = [f"{programs()}/pg_ctl", "-D", f"{directory}/data", "-w", "-m", "fast", "-l", f"{directory}/log"]
    again = [*command, "-o", options_in(directory), "restart"]
    subprocess.run(again, check=True, user=unprivileged(), cwd="/", stdout=subprocess.DEVNULL)


def _order(server: str, statement: str) -> None:
    connection: Any
    with psycopg.connect(urlsplit(server)._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def opened(data: Path, address: str) -> Iterator[Any]:
    """A connection to a site's database, past its triggers, as whoever owns it has one. Parameters are `%s`."""
    connection: Any
    if address:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            yield connection
        return
    with closing(sqlite3.connect(data / SQLITE, isolation_level=None)) as connection:
        for (name,) in connection.execute(UNGUARDED).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        yield _Percent(connection)


class _Percent:
    """SQLite's with the parameters of PostgreSQL's."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        """One statement."""
        return self.connection.execute(statement.replace("%s", "?"), values)
