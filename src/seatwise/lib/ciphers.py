"""Secrets as they stand in a database: encrypted, for each purpose by a key derived from the site's (RFC 5869)."""

import base64
import functools

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@functools.cache
def _cipher(secret_key: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret_key.encode())))


def encrypt(text: str, *, secret_key: str, purpose: str) -> str:
    """A secret as it is kept."""
    return _cipher(secret_key, purpose).encrypt(text.encode()).decode()


def decrypt(kept: str, *, secret_key: str, purpose: str) -> str | None:
    """The secret, or None where it was encrypted under another key of the site, or for something else."""
    try:
        return _cipher(secret_key, purpose).decrypt(kept.encode()).decode()
    except InvalidToken:
        return None
