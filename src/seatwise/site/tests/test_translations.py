"""Every text is there in Japanese."""

import os
from pathlib import Path
from typing import Any

import polib
import pytest

from seatwise.site import translations


def test_every_text_is_translated() -> None:
    assert translations.untranslated() == [], "run: python -m seatwise.site.translations, and translate what it names"


def test_nothing_is_kept_that_the_source_no_longer_says() -> None:
    known = {translations.key_of(entry) for entry in polib.pofile(str(translations.CATALOGUE))}
    assert known - set(translations.texts_of_source()) == set()


def test_texts_are_found_in_python() -> None:
    source = (
        'a = _("one")\nb = ngettext("%(n)s day", "%(n)s days", n)\nc = translation.gettext_lazy("three")\nd = f("no")'
    )
    assert list(translations.in_python(source)) == [
        ("", "one", ""),
        ("", "%(n)s day", "%(n)s days"),
        ("", "three", ""),
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('{% translate "it\'s" %}', ("", "it's", "")),
        ("{% translate 'a' as b %}", ("", "a", "")),
        ("{% blocktranslate with n=x %}{{ n }} b{% endblocktranslate %}", ("", "%(n)s b", "")),
        (
            "{% blocktranslate count n=x trimmed %}\n {{ n }} day\n{% plural %}{{ n }} days{% endblocktranslate %}",
            ("", "%(n)s day", "%(n)s days"),
        ),
        ('{% include "x" with a=_("y") %}', ("", "y", "")),
    ],
)
def test_texts_are_found_in_templates(source: str, text: Any) -> None:
    assert text in list(translations.in_template("{% load i18n %}" + source))


@pytest.mark.parametrize(("text", "whole"), [("%(n)s 日", True), ("日", False), ("%(m)s 日", False), ("", False)])
def test_a_translation_without_its_placeholders_is_none(text: Any, whole: bool) -> None:
    assert translations.is_translated(polib.POEntry(msgid="%(n)s days", msgstr=text)) is whole


def test_a_stale_catalogue_is_compiled_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = tmp_path / "django.po"
    catalogue.write_bytes(translations.CATALOGUE.read_bytes())
    monkeypatch.setattr(translations, "CATALOGUE", catalogue)
    translations.compile_if_stale()
    first = (tmp_path / "django.mo").read_bytes()
    assert first == polib.pofile(str(catalogue)).to_binary()
    (tmp_path / "django.mo").write_bytes(b"old")
    os.utime(tmp_path / "django.mo", (0, 0))
    translations.compile_if_stale()
    assert (tmp_path / "django.mo").read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["django.mo", "django.po"]
