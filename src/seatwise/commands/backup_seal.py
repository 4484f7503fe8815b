"""Whether a backup is whole, as it was written, and of whom; looked at before anything is changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from seatwise import configuration
from seatwise.audit import seal_keys
from seatwise.audit.seal_keys import Key, KeyUnreadable
from seatwise.commands.database_backup import FORMAT
from seatwise.commands.tables_to_keep import added_since, fits_these_tables
from seatwise.lib import packages
from seatwise.reviews.evidence import own_fingerprint

About = dict[str, Any]  # what the manifest of a backup says beside the sums of its files


class CannotRestore(Exception):
    """Why a backup cannot be restored. Nothing was changed."""


@dataclass(frozen=True)
class Trust:
    """What whoever restores knows of the backup: whose it is, and with which keys its audit log was sealed."""

    key: str = ""  # fingerprint
    audit_keys: Path | None = None
    without_audit_keys: bool = False


@dataclass
class Backup:
    """A backup that was checked, byte by byte."""

    file: IO[bytes]
    about: About
    sums: dict[str, str]  # SHA-256 of each of its files
    audit_keys: list[Key]  # that were brought along
    lacks: dict[str, set[str]]  # columns, by table, that later migrations added


@contextmanager
def checked(source: Path, trust: Trust, note: Callable[[str], None]) -> Iterator[Backup]:
    """A backup as it was written, by whom it should be, that this site can take. `note` gets what was not checked.
    Raises CannotRestore for all others, and for what is wrong with it while it is read.
    """
    keys: list[Key] = []

    def signed(found: packages.PackageCheck) -> None:
        _check_kind(found.about)
        _check_key(found.fingerprint, trust, note)
        _check_fits(found.about)
        keys.extend(_audit_keys_for(found.about, trust, note))

    try:
        with source.open("rb") as file:
            found = packages.verify(file, limits=packages.BACKUP, signed=signed)
            if not found:
                raise CannotRestore(f"{source} is not an unchanged backup of Seatwise: {'; '.join(found.problems[:3])}")
            sums = {name: each["sha256"] for name, each in found.files.items()}
            yield Backup(file, found.about, sums, keys, added_since(found.about["migrations"]))
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise CannotRestore(f"{source} is not a backup that this version can read ({error})") from None
    except OSError as error:
        raise CannotRestore(f"{source} cannot be read: {error.strerror or error}") from None


def _check_kind(about: About) -> None:
    if about.get("kind") != "backup":
        raise CannotRestore("it is sealed, but not a backup")
    if about.get("format") != FORMAT:
        raise CannotRestore(f"the backup has the format {about.get('format')}, and this version reads {FORMAT}")


def _check_key(found: str, trust: Trust, note: Callable[[str], None]) -> None:
    own = own_fingerprint()
    if trust.key and trust.key.lower() != found:
        raise CannotRestore(f"the backup was signed with the key {found}, not with the one you gave")
    if not trust.key and own and own != found:
        raise CannotRestore(
            f"the backup is of another site: it was signed with the key {found}, and the one of this site is {own}. "
            f"If it is the right one, say --key {found}"
        )
    if not trust.key and not own:
        note(
            f"whose backup this is was NOT checked: it was signed with the key {found}, and there is no key here to "
            "compare it with. `seatwise backup` printed the key of your site; give it by --key"
        )


def _check_fits(about: About) -> None:
    if not fits_these_tables(about["migrations"]):
        raise CannotRestore(
            f"the backup is of Seatwise {about['seatwise']}, whose tables are not those of this version: "
            "restore it with that version, then upgrade"
        )
    if about["time_zone"] != configuration.zone().key:
        raise CannotRestore(
            f"the backup's days are those of {about['time_zone']} but the site's are those of "
            f"{configuration.zone().key}: set SEATWISE_TIME_ZONE={about['time_zone']}"
        )


def _audit_keys_for(about: About, trust: Trust, note: Callable[[str], None]) -> list[Key]:
    """The keys that were brought along for the audit log, if with those that are here it can be verified."""
    try:
        brought = seal_keys.keys_in(trust.audit_keys) if trust.audit_keys else []
        here = {key.id for key in [*brought, *seal_keys.known_keys()]}
    except KeyUnreadable as error:
        raise CannotRestore(str(error).rstrip(".")) from None
    missing = sorted(set(about["audit"]["keys"]) - here)
    if missing and not trust.without_audit_keys:
        raise CannotRestore(
            f"the audit log of the backup was sealed with a key that is not here ({', '.join(missing)}). Give the "
            "audit.key of the machine it was made on by --audit-key-file FILE (or SEATWISE_AUDIT_KEY, if that is where "
            "it was); --without-audit-key goes on without it, and then nobody can tell here whether that log is genuine"
        )
    if missing:
        note(
            f"the audit log was NOT verified: it was sealed with a key that is not here ({', '.join(missing)}). New "
            "entries get a new key; verify-audit says what it cannot know until the old audit.key is there"
        )
    return brought
