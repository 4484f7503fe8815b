"""The data directory: the secret key and the place for uploads."""

import os
import secrets
from pathlib import Path


def prepare(directory: Path) -> bool:
    """Make what is not there yet, readable by nobody else; whether anything was made."""
    made = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    if made:
        directory.chmod(0o700)
    (directory / "uploads").mkdir(mode=0o700, exist_ok=True)
    return _write_key(directory / "secret.key") or made


def _write_key(file: Path) -> bool:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_urlsafe(64) + "\n")
    return True
