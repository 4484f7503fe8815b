"""Keys that fit whatever is signed, and other ways to write a key or a signature."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from seatwise.lib.keys import PRIME, SMALL_ORDER, as_line, is_proper, public_bytes, signature_fits

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = as_line(public_bytes(KEY))
SIGNATURE = as_line(KEY.sign(b"text"))
D = -121665 * pow(121666, -1, PRIME) % PRIME  # of the curve, RFC 8032 5.1


def added(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    """The sum of two points of edwards25519."""
    (x1, y1), (x2, y2) = one, two
    both = D * x1 * x2 * y1 * y2 % PRIME
    x = (x1 * y2 + x2 * y1) * pow(1 + both, -1, PRIME) % PRIME
    return x, (y1 * y2 + x1 * x2) * pow(1 - both, -1, PRIME) % PRIME


def x_of(y: int) -> int:
    """An x with that y."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    root = pow(square, (PRIME + 3) // 8, PRIME)
    return root if root * root % PRIME == square else root * pow(2, (PRIME - 1) // 4, PRIME) % PRIME


def test_the_list_holds_the_points_whose_eightfold_is_nothing() -> None:
    for y in SMALL_ORDER:
        point = (x_of(y), y)
        for _ in range(3):
            point = added(point, point)
        assert point == (0, 1)


SMALL = [y + sign for y in [*SMALL_ORDER, PRIME, PRIME + 1] for sign in (0, 1 << 255)]


@pytest.mark.parametrize("value", SMALL)
def test_a_key_that_fits_whatever_is_signed_is_refused(value: int) -> None:
    public = value.to_bytes(32, "little")
    assert not is_proper(public)
    forged = (1).to_bytes(32, "little") + bytes(32)  # R: the neutral point, S: 0
    assert not signature_fits(b"text", as_line(forged), as_line(public))


def test_the_library_alone_would_let_such_a_signature_through() -> None:
    neutral = (1).to_bytes(32, "little")
    Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), b"any text at all")


def test_a_signature_fits_its_text_and_key_alone() -> None:
    assert signature_fits(b"text", SIGNATURE, PUBLIC)
    assert not signature_fits(b"other", SIGNATURE, PUBLIC)
    other = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    assert not signature_fits(b"text", SIGNATURE, as_line(public_bytes(other)))


@pytest.mark.parametrize("change", [bytes.upper, bytes.strip, lambda line: b" " + line, lambda line: line + b"\n"])
def test_a_key_or_signature_that_is_written_in_another_way_is_refused(change: "type[bytes]") -> None:
    assert not signature_fits(b"text", change(SIGNATURE), PUBLIC)
    assert not signature_fits(b"text", SIGNATURE, change(PUBLIC))


def test_a_signature_with_a_larger_s_is_refused() -> None:
    """S + L fits the same equation: RFC 8032 5.1.7 refuses it."""
    order = 2**252 + 27742317777372353535851937790883648493
    raw = KEY.sign(b"text")
    larger = raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    assert not signature_fits(b"text", as_line(larger), PUBLIC)


@pytest.mark.parametrize("public", [b"", b"\n", b"none", b"0" * 63 + b"\n", "０".encode() * 64 + b"\n", b"\xff" * 65])
def test_what_is_no_key_is_refused(public: bytes) -> None:
    assert not signature_fits(b"text", SIGNATURE, public)
