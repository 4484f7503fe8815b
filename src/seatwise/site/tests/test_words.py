"""The words of the product: what the glossary says not to use stands in no text, command or document."""

import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from seatwise.site.translations import CATALOGUE

DOCS = Path(__file__).parents[4] / "docs"
# "letter" of an alphabet, and what is a word of its own where it stands.
ALLOWED = (
    "Three letters, such as",
    "three-letter",
    "Greek letters",
    "a letter or digit",
    "the site then continues by itself",
)
JAPANESE = "ぁ-んァ-ヶ一-龠々"
CODE = re.compile(r"```.*?```|`[^`]*`|^ {4}[^\n]*$", re.S | re.M)
# What files of other systems call it, which is read.
HEADINGS = ("社員番号", "最終ログイン日時")
pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="the documentation is not installed")


def rows(of: str) -> list[tuple[list[str], list[str]]]:
    """What to say and what not, by a table of the glossary."""
    words = (DOCS / "glossary.md").read_text(encoding="utf-8").split(f"# {of}\n")[1].split("\n#")[0]
    found = re.findall(r"^\| (.+?) \| (.+?) \|$", words, re.MULTILINE)
    return [(said.split(", "), others.split(", ")) for said, others in found if said != "say"]


def documents(languages: str) -> Iterator[str]:
    """The lines of the documents, without code."""
    for file in DOCS.glob(languages):
        if file.name != "glossary.md":
            yield from CODE.sub("", file.read_text(encoding="utf-8")).splitlines()


def english() -> Iterator[str]:
    """Every text in English: of the catalogue, of commands, of settings, of the documents."""
    for entry in polib.pofile(str(CATALOGUE)):
        yield from (text for text in (entry.msgid, entry.msgid_plural) if text)
    yield from documents("*.md")
    for name in ("commands.md", "configuration.md"):
        lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
        yield from (line for line in lines if not line.startswith("#"))


def japanese() -> Iterator[str]:
    """Every text in Japanese."""
    for entry in polib.pofile(str(CATALOGUE)):
        yield from (text for text in (entry.msgstr, *entry.msgstr_plural.values()) if text)
    yield from documents("ja/*.md")


def test_no_text_uses_a_word_that_the_glossary_avoids() -> None:
    avoided = [word for _said, others in rows("Words") for word in others]
    words = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, avoided))})s?(?!\w)", re.IGNORECASE)
    assert words.search("Nobody can.")
    wrong = [text for text in english() if words.search(re.sub("|".join(ALLOWED), "", text))]
    assert wrong == []


def test_no_japanese_text_uses_a_word_that_the_glossary_avoids() -> None:
    table = rows("In Japanese")
    said = re.compile("|".join(map(re.escape, [*HEADINGS, *(word for words, _others in table for word in words)])))
    avoided = re.compile("|".join(re.escape(word) for _said, others in table for word in others))
    assert avoided.search(said.sub("", "ログイン名でログインする"))
    assert not avoided.search(said.sub("", "ログイン名でサインインする"))
    assert [text for text in japanese() if avoided.search(said.sub("", text))] == []


def test_import_and_read_are_two_words_in_japanese_too() -> None:
    """取り込む brings something into the records, 読み込む only reads it."""
    found = {
        entry.msgid: " ".join([entry.msgstr, *entry.msgstr_plural.values()]).replace("再読み込み", "")
        for entry in polib.pofile(str(CATALOGUE))
        if re.search(r"\bimport", entry.msgid, re.IGNORECASE)
    }
    assert "取り込" in found["Imports"]
    assert [text for text in found if "読み込" in found[text] and not re.search(r"\bread\b", text)] == []


def test_japanese_is_set_without_spaces_beside_other_characters() -> None:
    space = re.compile(rf"[{JAPANESE}] [A-Za-z0-9%]|[A-Za-z0-9%)] [{JAPANESE}]|[{JAPANESE}]: ")
    texts = (text for entry in polib.pofile(str(CATALOGUE)) for text in (entry.msgstr, *entry.msgstr_plural.values()))
    assert [text for text in texts if space.search(text.replace("サイボウズ Office", ""))] == []
