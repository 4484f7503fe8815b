"""What axe finds on a page in the browser."""

import functools
from typing import Any

import pytest


@functools.cache
def _axe() -> Any:
    return pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()


def violations(page: Any) -> list[str]:
    """What axe complains of, each with the element; empty where nothing is wrong."""
    found = _axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def too_wide(page: Any) -> list[str]:
    """A complaint if the page is wider than the window."""
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return ["wider than the window"] if wide else []
