"""The reader says codes and values; English stands in one place."""

import ast
import json
import re
from pathlib import Path

import pytest

from seatwise import logs
from seatwise.lib.notices import Notice, stored
from seatwise.logs.explanation import Explainer
from seatwise.logs.facts import REASON_NAMES
from seatwise.logs.formats import parse_format
from seatwise.logs.named_formats import NAMED
from seatwise.logs.notices import FormatCode, InputCode, LineCode
from seatwise.logs.tests.samples import combined, source

SENTENCE = re.compile(r"(?<![a-z-])[a-z]{2,} [a-z]{2,} [a-z]{2,}")
ENDINGS = "css js mjs map png jpg jpeg gif svg ico webp avif bmp woff woff2 ttf otf eot webmanifest"


def test_no_sentence_stands_anywhere_in_the_reader_but_among_its_codes() -> None:
    found = set()
    for file in Path(str(logs.__file__)).parent.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        documented = (node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef))
        documentation = {ast.get_docstring(node, clean=False) for node in documented}
        texts = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        if file.name != "notices.py":
            found |= {text for text in texts - documentation if SENTENCE.search(text)}
    assert found == {ENDINGS} | {form.example for form in NAMED.values() if SENTENCE.search(form.example)}


def test_every_reason_but_two_that_say_more_is_a_code() -> None:
    assert {name.upper() for name in REASON_NAMES} - set(LineCode.__members__) == {"MALFORMED", "OTHER_SERVICE"}


@pytest.mark.parametrize("line", [combined()[:-1], combined(status=404)[:-1], b"", b"what is this", combined()[:30]])
def test_a_notice_is_stored_and_read_back_as_it_was(line: bytes) -> None:
    explained = Explainer(source()).explain(line)
    for notice in (explained.why, *(value for _, value in explained.fields if isinstance(value, Notice))):
        kept = json.loads(json.dumps(notice.as_json()))
        assert stored(kept) == notice
        assert kept["code"] == f"LineCode.{notice.code.name}"


def test_a_refusal_holds_what_is_missing_as_codes() -> None:
    with pytest.raises(ValueError, match=r"The format lacks the time .*; the status") as refused:
        parse_format('$remote_user "$request"')
    notice = refused.value.notice  # type: ignore[attr-defined]
    assert notice == Notice(FormatCode.LACKS, {"missing": [Notice(FormatCode.THE_TIME), Notice(FormatCode.THE_STATUS)]})
    assert stored(json.loads(json.dumps(notice.as_json()))) == notice


def test_a_text_among_the_values_can_be_called_otherwise_however_deep_it_stands() -> None:
    inner = Notice(InputCode.UNREADABLE, {"file": "/tmp/0000", "why": "gone"})
    outer = Notice(FormatCode.LACKS, {"missing": [inner], "at": 3, "whole": inner})
    renamed = outer.map({"/tmp/0000": "a.log"}.get)  # type: ignore[arg-type]
    assert str(outer.map(lambda text: text.replace("/tmp/0000", "a.log"))).startswith("The format lacks a.log: gone.")
    assert renamed.values["at"] == 3
