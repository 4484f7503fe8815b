"""What `lib` and the reader say has words in both languages."""

import re
from collections.abc import Iterator

import pytest
from django.utils.translation import gettext, override

from seatwise.ledger.words import OWN, kept_notice_text, notice_text
from seatwise.lib.notices import Code, Notice
from seatwise.logs.notices import LineCode

PLACES = re.compile(r"%\((\w+)\)[rsd]")


def families(of: type[Code] = Code) -> Iterator[type[Code]]:
    for family in of.__subclasses__():
        yield family
        yield from families(family)


def test_every_code_has_a_sentence_of_its_own_in_both_languages() -> None:
    every = [code for family in families() for code in family]
    assert len(every) > 80
    for code in every:
        with override("ja"):
            japanese = gettext(code.value)
        assert japanese != code.value, code
        assert set(PLACES.findall(japanese)) == set(PLACES.findall(code.value)), code
        values = dict.fromkeys(PLACES.findall(code.value), "7")
        assert "%(" not in str(Notice(code, values))
        assert japanese % values  # a per cent sign is written twice


def test_no_two_sentences_are_one_code_by_mistake() -> None:
    for family in families():
        assert set(family.__members__) == {code.name for code in family}


def test_a_value_that_looks_like_a_sentence_of_the_reader_is_left_as_it_is() -> None:
    within = Notice(LineCode.IS_SCREEN, {"path": "path longer than 1 MiB"})
    with override("ja"):
        assert notice_text(within) == "path longer than 1 MiBは画面"


def test_a_page_says_otherwise_what_a_command_says() -> None:
    assert str(Notice(LineCode.NO_HOST)) == "there is no host, and this service is limited to certain hosts"
    with override("en"):
        assert notice_text(Notice(LineCode.NO_HOST)) == str(OWN[LineCode.NO_HOST])


def test_a_code_that_there_is_not_is_no_sentence() -> None:
    with pytest.raises(KeyError):
        kept_notice_text({"code": "LineCode.NEVER", "values": {}})


def test_every_code_can_be_read_back_from_an_import_that_keeps_it() -> None:
    assert len({family.__name__ for family in families()}) == len(list(families())), "a stored code names its family"
    for code in (code for family in families() for code in family):
        kept = Notice(code, dict.fromkeys(PLACES.findall(code.value), "7"))
        assert kept_notice_text(kept.as_json()) == notice_text(kept)
