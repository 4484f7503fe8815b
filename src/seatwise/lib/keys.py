"""Ed25519 keys and signatures (RFC 8032), with what a library lets through and we do not."""

import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PRIME = 2**255 - 19
# The y of the eight points whose order divides 8: a signature by such a "key" can be made to fit any text, by anybody.
SMALL_ORDER = frozenset(
    {
        0,
        1,
        PRIME - 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    }
)


def fingerprint_of(public: bytes) -> str:
    """By which a public key is told from others: the SHA-256 of its 32 bytes."""
    return hashlib.sha256(public).hexdigest()


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of its public key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def is_proper(public: bytes) -> bool:
    """Whether 32 bytes are the one way to write a key, and the key is none that fits whatever is signed."""
    if len(public) != 32:
        return False
    y = int.from_bytes(public, "little") & (2**255 - 1)
    return y < PRIME and y not in SMALL_ORDER


def as_line(value: bytes) -> bytes:
    """How keys and signatures are written down: hexadecimal digits and the end of the line."""
    return value.hex().encode() + b"\n"


def of_line(line: bytes, length: int) -> bytes:
    """What as_line wrote. Raises ValueError for every other way to write it."""
    if not re.fullmatch(rb"[0-9a-f]{%d}\n" % (2 * length), line):
        raise ValueError(f"expected {2 * length} hexadecimal digits")
    return bytes.fromhex(line[:-1].decode())


def signature_fits(message: bytes, signature: bytes, public: bytes) -> bool:
    """Whether a message was signed by whoever has the key. `signature` and `public` are lines, as they are kept."""
    try:
        key = of_line(public, 32)
        if not is_proper(key):
            return False
        Ed25519PublicKey.from_public_bytes(key).verify(of_line(signature, 64), message)
    except (ValueError, InvalidSignature):
        return False
    return True
