"""Make the pictures of docs/screenshots from a running demo: `python -m tools.screenshots http://127.0.0.1:8000`.

With a folder as second argument, one page of each view is put there instead, to be looked at: in English, in Japanese,
at 360 pixels and dark; what is wider than the window is named, and what axe finds where it is installed. Needs
Playwright and Chromium, and NumPy for the first, whose pictures are kept small: their colours are reduced to 256.
"""

import base64
import re
import shutil
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
PASSWORD = "otter-lantern-maple"  # noqa: S105 - of the demo
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
LIST = "/administration/access/wiki/?department={sales}&at_most=14"
LIMIT = 150_000  # bytes
LOOKS: dict[str, dict[str, Any]] = {  # how each of them is taken
    "en": {"who": "alice"},
    "ja": {"who": "aiko"},
    "ja-360": {"who": "aiko", "size": {"width": 360, "height": 800}},
    "dark": {"who": "alice", "scheme": "dark"},
}
PIXELS = """async text => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + text)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height), paper = canvas.getContext("2d");
  paper.drawImage(image, 0, 0);
  const bytes = paper.getImageData(0, 0, image.width, image.height).data;
  const parts = [];
  for (let at = 0; at < bytes.length; at += 32768) parts.push(String.fromCharCode(...bytes.subarray(at, at + 32768)));
  return [image.width, image.height, btoa(parts.join(""))];
}"""


def palette_of(pixels: Any) -> tuple[Any, Any]:
    """At most 256 colours (n, 3) for pixels (m, 3), and for each pixel the number of the nearest."""
    import numpy as np

    coarse = pixels.astype(np.uint32) >> 2
    _, group = np.unique(coarse[:, 0] << 12 | coarse[:, 1] << 6 | coarse[:, 2], return_inverse=True)
    counts = np.bincount(group)
    means = np.stack([np.bincount(group, pixels[:, part]) / counts for part in range(3)], axis=1)
    palette = means[np.argsort(-counts)[:256]]
    nearest = ((means[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    return palette.round().astype(np.uint8), nearest[group].astype(np.uint8)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG file. Source: the PNG specification, 5.3."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def small_png(width: int, height: int, pixels: Any) -> bytes:
    """A PNG with a palette."""
    import numpy as np

    palette, numbers = palette_of(pixels)
    lines = np.zeros((height, width + 1), np.uint8)
    lines[:, 1:] = numbers.reshape(height, width)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts)


class Camera:
    """Takes pictures of pages of a demo."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser, self.address = browser, address
        self.darkroom = browser.new_page()

    @contextmanager
    def signed_in(self, who: str, scheme: str = "light", size: dict[str, int] = WIDE) -> Iterator[Any]:
        """A page on which somebody is signed in."""
        context = self.browser.new_context(
            base_url=self.address, color_scheme=scheme, viewport=size, locale="ja" if who == "aiko" else "en"
        )
        page = context.new_page()
        page.goto("/account/login/")
        if who:
            page.fill("#id_login", who)
            page.fill("#id_password", PASSWORD)
            page.click("main form .is-primary")
            page.wait_for_url("**/")
        yield page
        context.close()

    def take(self, page: Any, name: str) -> None:
        """Keep what a page shows."""
        import numpy as np

        taken = base64.b64encode(page.screenshot()).decode()
        width, height, text = self.darkroom.evaluate(PIXELS, taken)
        pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, 4)[:, :3]
        png = small_png(width, height, pixels)
        assert len(png) < LIMIT, f"{name} has {len(png)} bytes"
        (FOLDER / f"{name}.png").write_bytes(png)
        print(f"{name}.png: {len(png)} bytes")

    def list_of_sales(self, who: str, name: str, scheme: str = "light", size: dict[str, int] = WIDE) -> None:
        """User Access Monitoring, narrowed to a department."""
        with self.signed_in(who, scheme, size) as page:
            page.goto("/administration/access/wiki/")
            sales = page.locator("#id_department option", has_text="Sales").first.get_attribute("value")
            page.goto(LIST.format(sales=sales))
            self.take(page, name)

    def every_page(self, folder: Path) -> None:
        """One page of each view in each look, whole."""
        from tests.browser.accessibility import too_wide, violations

        from seatwise.commands.django_setup import setup
        from tools.walk import walk

        setup(initialised=False)
        folder.mkdir(parents=True, exist_ok=True)
        for look, options in LOOKS.items():
            with self.signed_in(**options) as page:
                for address in walk(partial(opened, page)):
                    name = re.sub(r"[^a-z0-9]+", "-", address.lower()).strip("-")[:80] or "home"
                    page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
                    print(
                        f"{address} ({look}): {', '.join([*violations(page), *too_wide(page)]) or 'well'}", flush=True
                    )


def opened(page: Any, address: str) -> str | None:
    """Open a page; its HTML, or None where it is a file."""
    from playwright.sync_api import Error

    try:
        answer = page.goto(address)
    except Error:  # what is downloaded is no page
        return None
    page.wait_for_load_state("networkidle")
    return str(page.content()) if "text/html" in answer.headers.get("content-type", "") else None


def main(address: str, folder: str = "") -> None:
    """Take all pictures."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        camera = Camera(browser, address.rstrip("/"))
        if folder:
            camera.every_page(Path(folder))
            return
        camera.list_of_sales("alice", "list")
        camera.list_of_sales("aiko", "list-ja")
        camera.list_of_sales("alice", "list-dark", scheme="dark")
        camera.list_of_sales("alice", "list-narrow", size=PHONE)
        with camera.signed_in("") as page:
            page.set_viewport_size({"width": 1280, "height": 560})
            camera.take(page, "sign-in")
        with camera.signed_in("alice") as page:
            page.goto("/administration/sources/1/")
            camera.take(page, "source")
            page.goto("/administration/services/kintone/")
            camera.take(page, "service")
            page.goto("/administration/reviews/new/?service=kintone&idle_days=60")
            camera.take(page, "cutoff")
        with camera.signed_in("bob") as page:
            page.goto("/reviews/1/")
            camera.take(page, "deciding")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
