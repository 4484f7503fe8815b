"""Audit logs that somebody altered who can write to the database, and to some of the files beside it."""

import random
from collections.abc import Callable

from tools.attack import databases
from tools.attack.sites import Site

Way = Callable[[Site, random.Random], None]
CHANGED = ("verb", "by_login", "subject_id", "subject_text", "reason", "at")
EARLIER = "earlier"  # the name under which the site was kept for rolled_back


def _do(site: Site, *statements: tuple[str, tuple[object, ...]]) -> None:
    with databases.opened(site.data, site.database) as connection:
        for statement, values in statements:
            connection.execute(statement, values)


def _number(site: Site, dice: random.Random) -> int:
    return dice.randrange(1, _last(site)[0] + 1)


def _last(site: Site) -> tuple[int, str]:
    with databases.opened(site.data, site.database) as connection:
        number, sealed = connection.execute(
            "SELECT number, hash FROM audit_entry ORDER BY number DESC LIMIT 1"
        ).fetchone()
    return int(number), str(sealed)


def a_field(site: Site, dice: random.Random) -> None:
    """One field of one entry says something else."""
    column = dice.choice(CHANGED)
    number = _number(site, dice)
    value = "2020-01-01 00:00:00" if column == "at" else f"altered{dice.randrange(1000)}"
    _do(site, (f"UPDATE audit_entry SET {column} = %s WHERE number = %s", (value, number)))


def a_hash(site: Site, dice: random.Random) -> None:
    """The seal of an entry."""
    _do(site, ("UPDATE audit_entry SET hash = %s WHERE number = %s", (dice.randbytes(32).hex(), _number(site, dice))))


def one_gone(site: Site, dice: random.Random) -> None:
    """An entry is missing, and those after it move up."""
    number = _number(site, dice)
    _do(
        site,
        ("DELETE FROM audit_entry WHERE number = %s", (number,)),
        ("UPDATE audit_entry SET number = -number WHERE number > %s", (number,)),
        ("UPDATE audit_entry SET number = -number - 1 WHERE number < 0", ()),
        ("UPDATE audit_chain SET number = number - 1", ()),
    )


def two_exchanged(site: Site, dice: random.Random) -> None:
    """Two entries change places."""
    one, two = dice.sample(range(1, _last(site)[0] + 1), 2)
    _do(
        site,
        ("UPDATE audit_entry SET number = -1 WHERE number = %s", (one,)),
        ("UPDATE audit_entry SET number = %s WHERE number = %s", (one, two)),
        ("UPDATE audit_entry SET number = %s WHERE number = -1", (two,)),
    )


def tail_cut(site: Site, dice: random.Random) -> None:
    """The last entries are gone, and the chain ends where they were."""
    many = dice.randrange(1, 5)
    last = _last(site)[0] - many
    _do(
        site,
        ("DELETE FROM audit_entry WHERE number > %s", (last,)),
        ("UPDATE audit_chain SET number = %s, hash = (SELECT hash FROM audit_entry WHERE number = %s)", (last, last)),
    )


def tail_cut_and_the_head_gone(site: Site, dice: random.Random) -> None:
    """The same, by somebody who can remove the file that remembers the end."""
    tail_cut(site, dice)
    (site.data / "audit.head").unlink()


def tail_cut_and_the_head_mended(site: Site, dice: random.Random) -> None:
    """The same, by somebody who can write that file: what the head outside is for."""
    tail_cut(site, dice)
    number, sealed = _last(site)
    (site.data / "audit.head").write_text(f"{number} {sealed}\n")


def the_key_gone(site: Site, dice: random.Random) -> None:
    """Nobody can know, and it says so."""
    (site.data / "audit.key").unlink()


def the_key_emptied(site: Site, dice: random.Random) -> None:
    """Nor here."""
    (site.data / "audit.key").write_text("[]\n")


def rolled_back(site: Site, dice: random.Random) -> None:
    """The database of an earlier day."""
    site.put_database_back(EARLIER)


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
