"""The documents: each link leads somewhere, each page stands in the site, and how-tos are there in both languages."""

import re
from functools import cache
from pathlib import Path

import pytest
from tools.docs_hook import PLACES, ROOT, with_links_of_the_site

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TEXTS = [*PAGES, *(ROOT / name for name in ("README.md", "AGENTS.md", *PLACES.values()))]
SITE = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


@cache
def prose(file: Path) -> str:
    """Without code."""
    text = re.sub(r"^( *)```.*?^\1```", "", file.read_text(encoding="utf-8"), flags=re.S | re.M)
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)


@cache
def anchors(file: Path) -> set[str]:
    """The anchors of the headings, as GitHub and the site make them."""
    text = re.sub(r"^```.*?^```", "", file.read_text(encoding="utf-8"), flags=re.S | re.M)
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.M)
    }


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_each_link_leads_to_a_file_and_a_heading(file: Path) -> None:
    for target, anchor in re.findall(r"\]\((?![a-z]+:)([^)\s#]*)(?:#([^)\s]*))?\)", prose(file)):
        to = (file.parent / target).resolve() if target else file
        assert to.is_file(), target
        assert not anchor or anchor in anchors(to), f"{target}#{anchor}"


def listed(kind: str) -> list[str]:
    """The pages of a kind in the site's navigation."""
    return re.findall(r"- (.+\.md)\n", SITE.partition(f"- {kind}:\n")[2].partition("\n  - ")[0] + "\n")


def test_each_page_stands_in_the_navigation_of_the_site_once() -> None:
    named = re.findall(r"- (?:.+: )?(\S+\.md)$", SITE.partition("\nnav:\n")[2], re.M)
    pages = [str(page.relative_to(DOCS)) for page in PAGES if page.parent.name != "adr"]
    assert sorted(named) == sorted([*pages, *PLACES])


def test_links_of_pages_lead_to_pages_of_the_site() -> None:
    for file in PAGES:
        with_links_of_the_site(prose(file), str(file.relative_to(DOCS)))
    for page, place in PLACES.items():
        with_links_of_the_site(prose(ROOT / place), page)
    assert with_links_of_the_site("[x](../benchmarks/README.md#y)", "many-machines.md") == "[x](benchmarks.md#y)"
    assert with_links_of_the_site("[x](docs/ja/gate.md)", "changelog.md") == "[x](ja/gate.md)"
    with pytest.raises(ValueError, match="which the site does not have"):
        with_links_of_the_site("[x](../setup.py)", "gate.md")


def commands(file: Path) -> list[str]:
    """What is to be typed: code, without comments and blank lines."""
    text = file.read_text(encoding="utf-8")
    code = re.findall(r"^ *```console\n(.*?)```|((?:^(?: {4,}\S.*)?\n)+)", text, re.S | re.M)
    lines = [re.sub(r"\s+# .*", "", line.strip()) for block in code for line in "".join(block).splitlines()]
    return [line for line in lines if re.match(r"(\$ )?(seatwise|sudo|docker|systemctl|echo|git|export|spark) ", line)]


@pytest.mark.parametrize("page", [*listed("Tutorial"), *listed("How-to guides")])
def test_tutorials_and_how_tos_are_there_in_both_languages_with_the_same_headings_and_commands(page: str) -> None:
    english, japanese = DOCS / page, DOCS / "ja" / page
    levels = [re.findall(r"^(#+) ", prose(each), re.M) for each in (english, japanese)]
    assert levels[1] == levels[0]
    assert commands(japanese) == commands(english)
