"""Whether a backup is whole, as it was written, and of whom; looked at before anything is changed."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seatwise import configuration
from seatwise.audit import sealing
from seatwise.audit.sealing import Key, KeyUnreadable
from seatwise.commands.backing_up import FORMAT
from seatwise.commands.tables_to_keep import migrations_applied
from seatwise.lib.keys import fingerprint_of, of_line, signature_fits
from seatwise.lib.packages import MANIFEST, PUBLIC_KEY, SIGNATURE
from seatwise.reviews.evidence import own_fingerprint

MOST_MANIFEST = 10 << 20  # bytes
PIECE = 1 << 20


class CannotRestore(Exception):
    """Why a backup cannot be restored. Nothing was changed."""


@dataclass(frozen=True)
class Trust:
    """What whoever restores knows of the backup: whose it is, and with which keys its audit log was sealed."""

    key: str = ""  # fingerprint
    audit_keys: Path | None = None
    without_audit_keys: bool = False


@contextmanager
def opened(source: Path) -> Iterator[zipfile.ZipFile]:
    """A backup, for reading. Raises CannotRestore for whatever is wrong with it while it is read."""
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise CannotRestore(f"{source} is not a whole backup of Seatwise ({error})") from None
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed in another way
        raise CannotRestore(f"{source} is not a backup as Seatwise writes them ({error})") from None
    except OSError as error:
        raise CannotRestore(f"{source} cannot be read: {error.strerror or error}") from None


def manifest_of(archive: zipfile.ZipFile, trust: Trust, note: Callable[[str], None]) -> dict[str, Any]:
    """What a backup says of itself, if it is signed, by whom it should be. `note` gets what was not checked."""
    names = archive.namelist()
    if len(names) != len(set(names)) or archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise CannotRestore("the backup was changed: a name stands in it twice, or its manifest is too large")
    text = archive.read(MANIFEST)
    manifest: dict[str, Any] = json.loads(text)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else None
        raise CannotRestore(f"the backup has the format {found}, and this version reads {FORMAT}")
    if not {SIGNATURE, PUBLIC_KEY} <= set(names):
        raise CannotRestore("the backup was changed: its signature is missing")
    public = archive.read(PUBLIC_KEY)
    if not signature_fits(text, archive.read(SIGNATURE), public) or manifest.get("kind") != "backup":
        raise CannotRestore("the backup was changed: its signature does not fit")
    if set(names) != {MANIFEST, SIGNATURE, PUBLIC_KEY, *(f"{table}.jsonl" for table in manifest["tables"])}:
        raise CannotRestore("the backup was changed: it holds other files than were written to it")
    _check_key(fingerprint_of(of_line(public, 32)), trust, note)
    return manifest


def _check_key(found: str, trust: Trust, note: Callable[[str], None]) -> None:
    own = own_fingerprint()
    if trust.key and trust.key.lower() != found:
        raise CannotRestore(f"the backup was signed with the key {found}, and not with the one that was named")
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


def check_fits(manifest: dict[str, Any]) -> None:
    """Whether this version and this site can take it."""
    if manifest["migrations"] != migrations_applied():
        raise CannotRestore(
            f"the backup is of Seatwise {manifest['seatwise']}, whose tables are not those of this version: "
            "restore it with that version, then upgrade"
        )
    if manifest["time_zone"] != configuration.zone().key:
        raise CannotRestore(
            f"the backup's days are those of {manifest['time_zone']}, and here they are those of "
            f"{configuration.zone().key}: set SEATWISE_TIME_ZONE={manifest['time_zone']}"
        )


def check_contents(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Whether every table is as it was written."""
    for table, said in manifest["tables"].items():
        digest = hashlib.sha256()
        with archive.open(f"{table}.jsonl") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
        if digest.hexdigest() != said["sha256"]:
            raise CannotRestore(f"{table} is not as it was written to the backup")


def audit_keys_for(manifest: dict[str, Any], trust: Trust, note: Callable[[str], None]) -> list[Key]:
    """The keys that were brought along for the audit log, if with those that are here it can be verified."""
    try:
        brought = sealing.keys_in(trust.audit_keys) if trust.audit_keys else []
        here = {key.id for key in [*brought, *sealing.known_keys()]}
    except KeyUnreadable as error:
        raise CannotRestore(str(error).rstrip(".")) from None
    missing = sorted(set(manifest["audit"]["keys"]) - here)
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
