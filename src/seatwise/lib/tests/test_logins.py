"""Logins: what two spellings have in common, and how one is shown."""

import unicodedata

import pytest
from hypothesis import example, given, strategies as st

from seatwise.lib import logins, people_cells
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


UNSEEN = [
    *(
        "\u00ad",
        "\u034f",
        "\u061c",
        "\u115f",
        "\u1160",
        "\u17b4",
        "\u180b",
        "\u180e",
        "\u200b",
        "\u200c",
        "\u200d",
        "\u200e",
    ),
    *(
        "\u202e",
        "\u2060",
        "\u2061",
        "\u2064",
        "\u2066",
        "\u206a",
        "\u2800",
        "\u3164",
        "\uffa0",
        "\ufe00",
        "\ufe0f",
        "\ufeff",
    ),
    *("\ufff9", "\U0001bca0", "\U0001d159", "\U0001d173", "\U000e0001", "\U000e0061", "\U000e0100", "\U000e01ef"),
    *("\u0600", "\u1680", "\0", "\x7f", "\x9f", "\u2028", "\ud800"),
]


@pytest.mark.parametrize("unseen_one", UNSEEN, ids=lambda each: f"{ord(each):04x}")
@pytest.mark.parametrize("place", ["{}alice", "al{}ice", "alice{}"])
def test_a_login_name_with_a_character_that_nobody_sees_is_refused(unseen_one: str, place: str) -> None:
    with pytest.raises(people_cells.Unexpected):
        people_cells.read_login(place.format(unseen_one))


def test_no_character_that_unicode_calls_a_control_or_a_format_passes() -> None:
    passed = [
        f"{code:04x}"
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp") and not logins.has_unseen(f"a{chr(code)}")
    ]
    assert passed == []


@pytest.mark.parametrize("unseen_one", [each for each in UNSEEN if each not in ("\ud800", "\u0600", "\x9f")])
def test_a_log_that_names_such_a_login_names_nobody(unseen_one: str) -> None:
    login = f"ali{unseen_one}ce"
    assert fold(written(login.encode())) != "alice"
    assert written(login.encode()).isascii()
    assert written(written(login.encode()).encode()) == written(login.encode())


@pytest.mark.parametrize("login", ["\u0430lice", "p\u0430yroll", "al\u03b9ce", "\u13aalice", "a.smith\u0435"])
def test_a_login_name_of_two_alphabets_that_look_alike_is_refused(login: str) -> None:
    with pytest.raises(people_cells.Unexpected, match="alike"):
        people_cells.read_login(login)


@pytest.mark.parametrize(
    "login", ["山田taro", "Ольга", "jürgen", "ヤマダ", "김철수", "a b", "j.doe@example.com", "x-1_2"]
)
def test_login_names_of_all_the_world_are_accepted(login: str) -> None:
    assert people_cells.read_login(login) == login


@pytest.mark.parametrize("login", [" alice", "alice ", "alice\u3000", "a  b", "a \u00a0b"])
def test_a_login_name_whose_blanks_nobody_can_tell_is_refused(login: str) -> None:
    with pytest.raises(people_cells.Unexpected):
        people_cells.read_login(login)


def test_names_keep_the_variants_of_their_kanji() -> None:
    assert visible("葛\U000e0100飾 ❤\ufe0f") == "葛\U000e0100飾 ❤\ufe0f"
    assert visible("a\U000e0061") == "a\\U000e0061"
