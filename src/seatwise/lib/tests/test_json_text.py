"""JSON that somebody sent is read strictly, and what cannot be kept is refused with a reason."""

import pytest

from seatwise.lib.decoding import UnreadableText, decode
from seatwise.lib.json_text import UnreadableJson, read_json


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 33 + b"]" * 33, "nested too deeply"),
        (b'{"a": "\\u0000"}', "NUL or half of a character"),
        (b'{"\\ud800": 1}', "NUL or half of a character"),
        (b"[NaN]", "NaN is not JSON"),
        (b"[1e999]", "too large"),
        (b"[9223372036854775808]", "too large"),
        (b"[" + b"9" * 5000 + b"]", "not JSON"),
    ],
)
def test_json_that_could_not_be_kept_is_refused(text: bytes, why: str) -> None:
    with pytest.raises(UnreadableJson, match=why):
        read_json(text)


def test_other_json_is_read_as_it_stands() -> None:
    assert read_json('{"a": [1, -9223372036854775807, 1.5, null, true, "é\\ud83d\\ude00"]}') == {
        "a": [1, -9223372036854775807, 1.5, None, True, "é😀"]
    }
    assert read_json("[" * 31 + "]" * 31)


@pytest.mark.parametrize(("data", "encoding"), [(b"a\0b", "latin-1"), (b"login\n+2AA-", "utf-7")])
def test_a_file_whose_text_could_not_be_kept_is_refused(data: bytes, encoding: str) -> None:
    with pytest.raises(UnreadableText, match="NUL or broken characters"):
        decode(data, encoding)
