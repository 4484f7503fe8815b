"""Audit logs that somebody altered who can write to the database, and to some of the files beside it (SQLite)."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

Way = Callable[[Path, random.Random], None]
DATABASE = "seatwise.sqlite3"
CHANGED = ("verb", "by_login", "subject_id", "subject_text", "reason", "at")


def _do(data: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Past the triggers, as somebody would who owns the file."""
    with closing(sqlite3.connect(data / DATABASE, isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement, values in statements:
            connection.execute(statement, values)


def _number(data: Path, dice: random.Random) -> int:
    return dice.randrange(1, _last(data)[0] + 1)


def _last(data: Path) -> tuple[int, str]:
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        number, sealed = connection.execute(
            "SELECT number, hash FROM audit_entry ORDER BY number DESC LIMIT 1"
        ).fetchone()
    return int(number), str(sealed)


def _columns(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        found = [row[1] for row in connection.execute("PRAGMA table_info(audit_entry)")]
    return [name for name in found if name not in ("number", "hash")]


def a_field(data: Path, dice: random.Random) -> None:
    """One field of one entry says something else."""
    column = dice.choice([name for name in _columns(data) if name in CHANGED])
    number = _number(data, dice)
    value = "2020-01-01 00:00:00" if column == "at" else f"altered{dice.randrange(1000)}"
    _do(data, (f"UPDATE audit_entry SET {column} = ? WHERE number = ?", (value, number)))


def a_hash(data: Path, dice: random.Random) -> None:
    """The seal of an entry."""
    _do(data, ("UPDATE audit_entry SET hash = ? WHERE number = ?", (dice.randbytes(32).hex(), _number(data, dice))))


def one_gone(data: Path, dice: random.Random) -> None:
    """An entry is missing, and those after it move up."""
    number = _number(data, dice)
    _do(
        data,
        ("DELETE FROM audit_entry WHERE number = ?", (number,)),
        ("UPDATE audit_entry SET number = -number WHERE number > ?", (number,)),
        ("UPDATE audit_entry SET number = -number - 1 WHERE number < 0", ()),
        ("UPDATE audit_chain SET number = number - 1", ()),
    )


def two_exchanged(data: Path, dice: random.Random) -> None:
    """Two entries change places."""
    one, two = dice.sample(range(1, _last(data)[0] + 1), 2)
    _do(
        data,
        ("UPDATE audit_entry SET number = -1 WHERE number = ?", (one,)),
        ("UPDATE audit_entry SET number = ? WHERE number = ?", (one, two)),
        ("UPDATE audit_entry SET number = ? WHERE number = -1", (two,)),
    )


def tail_cut(data: Path, dice: random.Random) -> None:
    """The last entries are gone, and the chain ends where they were."""
    many = dice.randrange(1, 5)
    last = _last(data)[0] - many
    _do(
        data,
        ("DELETE FROM audit_entry WHERE number > ?", (last,)),
        ("UPDATE audit_chain SET number = ?, hash = (SELECT hash FROM audit_entry WHERE number = ?)", (last, last)),
    )


def tail_cut_and_the_head_gone(data: Path, dice: random.Random) -> None:
    """The same, by somebody who can remove the file that remembers the end."""
    tail_cut(data, dice)
    (data / "audit.head").unlink()


def tail_cut_and_the_head_mended(data: Path, dice: random.Random) -> None:
    """The same, by somebody who can write that file: what the head outside is for."""
    tail_cut(data, dice)
    number, sealed = _last(data)
    (data / "audit.head").write_text(f"{number} {sealed}\n")


def the_key_gone(data: Path, dice: random.Random) -> None:
    """Nobody can know, and it says so."""
    (data / "audit.key").unlink()


def the_key_emptied(data: Path, dice: random.Random) -> None:
    """Nor here."""
    (data / "audit.key").write_text("[]\n")


def rolled_back(data: Path, dice: random.Random) -> None:
    """The database of an earlier day, which stands beside this one for the purpose."""
    for path in data.glob(f"{DATABASE}*"):
        path.unlink()
    shutil.copy2(data.parent / "earlier.sqlite3", data / DATABASE)


def keep_earlier(data: Path) -> None:
    """Keep the database as it is now for rolled_back."""
    with (
        closing(sqlite3.connect(data / DATABASE)) as now,
        closing(sqlite3.connect(data.parent / "earlier.sqlite3")) as to,
    ):
        now.backup(to)


WAYS: tuple[Way, ...] = (
    a_field,
    a_hash,
    one_gone,
    two_exchanged,
    tail_cut,
    tail_cut_and_the_head_gone,
    tail_cut_and_the_head_mended,
    the_key_gone,
    the_key_emptied,
    rolled_back,
)
NEEDS_HEAD: frozenset[Way] = frozenset({tail_cut_and_the_head_mended})  # found by whoever wrote the end down
