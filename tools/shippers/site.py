"""A small site and what people click on it in a week."""

import datetime
import http.server
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

PEOPLE = ("ann", "ben", "CHRIS", "dora@example.com")
PASSWORD = "otter"
STATUSES = {"/missing": 404, "/broken": 500, "/moved": 302, "/forbidden": 403}
SCREENS = ("/", "/page/1", "/page/%E5%B1%B1?from=search", "/report?x=1&y=%22quoted%22")
DAYS = 7


@dataclass(frozen=True)
class Click:
    day: int  # days before today
    login: str
    path: str
    password: str = PASSWORD


def clicks() -> Iterator[Click]:
    """Who clicks what on which day: screens are use; what is refused, redirected, an asset or of the API is none."""
    for day in range(DAYS):
        for number, login in enumerate(PEOPLE):
            if (day + number) % 3 == 0:
                yield from (Click(day, login, path) for path in SCREENS[: 1 + number])
            elif (day + number) % 3 == 1:
                yield from (Click(day, login, path) for path in (*STATUSES, "/static/app.js", "/logo.png"))
            else:
                yield Click(day, login, "/api/items")
            yield Click(day, login, "/", "wrong")
        yield Click(day, "", "/")


def expected(days: range) -> dict[str, tuple[list[int], list[int]]]:
    """By login: the days of use, and those of use by programs alone, as days before today."""
    use: dict[str, set[int]] = defaultdict(set)
    programs: dict[str, set[int]] = defaultdict(set)
    for click in clicks():
        if click.day not in days or not click.login or click.password != PASSWORD:
            continue
        if click.path in SCREENS:
            use[click.login].add(click.day)
        elif click.path.startswith("/api/"):
            programs[click.login].add(click.day)
    return {login: (sorted(use[login]), sorted(programs[login])) for login in sorted({*use, *programs})}


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = STATUSES.get(self.path.partition("?")[0], 200)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_anything: object) -> None:
        """Nothing is said."""


def serve() -> int:
    """The site, for as long as this process runs; its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_anything: object) -> None:
        """Nobody follows."""


def click_through(port: int, day: int) -> None:
    """Click what is clicked on a day, at a server on this port."""
    opener = urllib.request.build_opener(NoRedirects)
    for click in clicks():
        if click.day != day:
            continue
        request = urllib.request.Request(f"http://127.0.0.1:{port}{click.path}")
        if click.login:
            pair = b64encode(f"{click.login}:{click.password}".encode()).decode()
            request.add_header("Authorization", f"Basic {pair}")
        try:
            with opener.open(request, timeout=20) as answer:
                answer.read()
        except urllib.error.HTTPError:
            pass


def date_of(day: int) -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=day)
