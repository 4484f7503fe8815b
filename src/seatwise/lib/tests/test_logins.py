"""Logins: what two spellings have in common, and how one is shown."""

from hypothesis import example, given
from hypothesis import strategies as st

from seatwise.lib.logins import fold, split_domain, visible, written


@given(st.text(max_size=20))
@example("\u0345\u1fb3")
@example("\u1e9e\uff21")
@example("ß\u0301")
def test_folding_is_final_and_regardless_of_case(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(text.casefold()) == fold(text)


def test_width_case_and_composition_are_folded() -> None:
    assert fold("ＡＬＩＣＥ") == fold("alice") == "alice"
    assert fold("É") == fold("e\u0301") == "é"
    assert fold("ß") == fold("SS")
    assert fold("alice") != fold("alìce")


@given(st.binary(max_size=30))
def test_what_is_shown_is_always_printable_and_can_be_stored(raw: bytes) -> None:
    text = written(raw)
    assert text.encode("utf-8").decode() == text
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in text)
    assert written(text.encode()) == text


def test_what_cannot_be_seen_is_written_out() -> None:
    assert written(b"a\x00\x1b\xff\xe5\xb1\xb1") == "a\\x00\\x1b\\xff山"
    assert visible("a\u202eb\u200b\ufeff\ud800") == "a\\u202eb\\u200b\\ufeff\\ud800"
    assert visible("é 山田 👩") == "é 山田 👩"


def test_domains_are_split_off_in_both_ways_of_writing() -> None:
    assert split_domain("CORP\\jdoe") == ("jdoe", "CORP")
    assert split_domain("jdoe@example.com") == ("jdoe", "example.com")
    assert split_domain("a@b@example.com") == ("a@b", "example.com")
    assert split_domain("CORP\\jdoe@example.com") == ("jdoe@example.com", "CORP")
    for whole in ("jdoe", "", "CORP\\", "@x", "x@"):
        assert split_domain(whole) == (whole, "")
