"""Bodies of requests, unpacked within limits.

Snappy as Loki's shippers use it, a block that begins with its length: google/snappy, format_description.txt.
"""

import io
import json
from typing import Any

import cramjam

from seatwise.logs.inputs import unpack, unpack_errors, why_not

MOST = 64 * 10**6  # bytes of a body when it is unpacked
MOST_AT_ONCE = 16 * 10**6  # bytes of one that is read as a whole, which takes many times its size
ENCODINGS = {"gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}
PLAIN = ("", "identity")
SNAPPY = "snappy"


class BadBody(Exception):
    """A body that is not what its address takes. The message says why."""


class TooLarge(Exception):
    """A body that is too large when it is unpacked: than so many bytes."""


class UnknownEncoding(Exception):
    """A body that is packed in a way that is not understood."""


def unpacked(body: bytes, encoding: str, most: int = MOST) -> bytes:
    """A body without its Content-Encoding. Raises BadBody, TooLarge, UnknownEncoding."""
    kind = encoding.strip().lower()
    if kind in PLAIN:
        if len(body) > most:
            raise TooLarge(most)
        return body
    if kind not in ENCODINGS:
        raise UnknownEncoding(kind)
    found, buffer = bytearray(), bytearray(1 << 20)
    try:
        stream = unpack(io.BytesIO(body), ENCODINGS[kind])
        while got := stream.readinto(memoryview(buffer)):
            found += buffer[:got]
            if len(found) > most:
                raise TooLarge(most)
    except unpack_errors() as error:
        raise BadBody(f"the body is no {kind}, or not all of it: {why_not(error)}") from None
    return bytes(found)


def unsnapped(body: bytes, encoding: str) -> bytes:
    """A body that is a block of Snappy, whether its Content-Encoding says so or not. Raises as `unpacked`."""
    packed = body if encoding.strip().lower() == SNAPPY else unpacked(body, encoding, MOST_AT_ONCE)
    try:
        if cramjam.snappy.decompress_raw_len(packed) > MOST_AT_ONCE:
            raise TooLarge(MOST_AT_ONCE)
        return bytes(cramjam.snappy.decompress_raw(packed))
    except cramjam.DecompressionError as error:
        raise BadBody(f"the body is no {SNAPPY}, or not all of it: {error}") from None


def parsed(body: bytes) -> Any:
    """A body that is JSON. Raises BadBody."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadBody(f"the body is no JSON: {error}") from None
