"""The words of the product: what the glossary says not to use stands in no text, and in no help of a command."""

import re
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


def avoided() -> list[str]:
    """The right column of the glossary's table of words."""
    words = (DOCS / "glossary.md").read_text(encoding="utf-8").split("## Words")[1]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", words, re.MULTILINE)
    return [word for said, others in rows if said != "say" for word in others.split(", ")]


def texts() -> list[str]:
    """Every text in English: of the catalogue, of commands, of settings."""
    found = [text for entry in polib.pofile(str(CATALOGUE)) for text in (entry.msgid, entry.msgid_plural) if text]
    for name in ("commands.md", "configuration.md"):
        found += [line for line in (DOCS / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return found


@pytest.mark.skipif(not DOCS.is_dir(), reason="the documentation is not installed")
def test_no_text_uses_a_word_that_the_glossary_avoids() -> None:
    words = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, avoided()))})s?(?!\w)", re.IGNORECASE)
    assert words.search("Nobody can.")
    wrong = [text for text in texts() if words.search(re.sub("|".join(ALLOWED), "", text))]
    assert wrong == []
