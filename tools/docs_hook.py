"""What `make docs` adds to MkDocs: pages that stand outside docs/, and links that lead there.

In the repository a link goes from file to file. In the site only docs/ and `OUTSIDE` exist: a link to one of these
leads to its page; one to anything else is an error.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
OUTSIDE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "vulnerabilities.md",
    "benchmarks/README.md": "benchmarks.md",
}  # by their place in the repository: the page of the site
PLACES = {page: place for place, page in OUTSIDE.items() if page != "index.md"}
FETCHED = re.compile(
    r"""<(?:script|img|iframe)[^>]*\bsrc="(?:https?:)?//[^"]*|<link[^>]*rel="(?:stylesheet|preload|preconnect|icon)"[^>]*href="(?:https?:)?//[^"]*"""
)
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?\)")


def page_of(target: str) -> str:
    """The page of the site for a file of the repository; raises where there is none."""
    if target in OUTSIDE:
        return OUTSIDE[target]
    if not target.startswith("docs/"):
        raise KeyError(target)
    return target.removeprefix("docs/")


def with_links_of_the_site(text: str, page: str) -> str:
    """The text of a page, whose links go from place to place of the repository, with links from page to page."""
    place = PLACES.get(page, f"docs/{page}")

    def changed(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(place), link[1]))
        try:
            to = page_of(target)
        except KeyError:
            raise ValueError(f"{place} links to {link[1]}, which the site does not have") from None
        return f"]({posixpath.relpath(to, posixpath.dirname(page) or '.')}{link[2] or ''})"

    return LINK.sub(changed, text)


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that stand outside docs/."""
    from mkdocs.structure.files import File

    for page, place in PLACES.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / place)))
    return files


def on_post_build(config: Any) -> None:
    """Nothing may be fetched from another host: the site is read offline, too."""
    for page in Path(config["site_dir"]).rglob("*.html"):
        if found := FETCHED.search(page.read_text(encoding="utf-8")):
            raise ValueError(f"{page.name} fetches from another host: {found[0]}")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links from page to page."""
    return with_links_of_the_site(markdown, page.file.src_uri)
