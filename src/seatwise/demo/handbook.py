"""The demo's small site: a handbook that is recorded from within, so that what is clicked there is seen in Seatwise.

`python -m seatwise.demo.handbook HOST:PORT SEATWISE TOKEN LOGIN…`: SEATWISE is the address of the demo, TOKEN the file
with its token. Whoever comes chooses who they are; a real site would ask for a password.
"""

import signal
import sys
from collections.abc import Callable, Iterable
from html import escape
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from socketserver import ThreadingMixIn
from types import FrameType
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from seatwise.recorder import Recorder, WsgiMiddleware
from seatwise.server import listening

CODE = "handbook"
COOKIE = "handbook-login"
LONGEST_FORM = 1000  # bytes
PAGES = {"/": "Handbook", "/pages/holidays": "Holidays", "/pages/travel": "Business trips"}
LINKS = {  # what it is for Seatwise if somebody who is signed in opens it
    "/": "counts as an access",
    "/pages/holidays": "counts as an access",
    "/pages/travel": "counts as an access",
    "/api/pages": "a program’s request: does not count",
    "/pages/missing": "not found: does not count",
    "/old": "redirects to the first page, which counts",
}
JAPANESE = {
    "Handbook": "社内ハンドブック",
    "Holidays": "休暇",
    "Business trips": "出張",
    "counts as an access": "アクセスとして数えます",
    "a program’s request: does not count": "プログラムのリクエスト：数えません",
    "not found: does not count": "ページがありません：数えません",
    "redirects to the first page, which counts": "最初のページに移動し、それを数えます",
    "Who are you?": "あなたは誰ですか？",
    "Sign out": "サインアウト",
    "Page": "ページ",
    "For Seatwise": "Seatwiseでの扱い",
    "You are": "サインイン中：",
    "See it in Seatwise": "Seatwiseで見る",
    "There is no such page.": "ページがありません。",
}
STYLE = (
    ":root{color-scheme:light dark;font-family:system-ui,sans-serif}"
    "body{max-width:40rem;margin:2rem auto;padding:0 1rem}"
    "td,th{text-align:left;padding:.3rem 1rem .3rem 0}button{font:inherit;padding:.3rem .8rem;margin:.2rem}"
)
Say = Callable[[str], str]
Start = Callable[..., Any]


class Handbook:
    """The site, for those logins. `seatwise` is where its list of users stands."""

    def __init__(self, seatwise: str, logins: Iterable[str]) -> None:
        self.seatwise, self.logins = seatwise, tuple(logins)

    def __call__(self, environ: dict[str, Any], start: Start) -> list[bytes]:
        path = environ["PATH_INFO"]
        login = environ["REMOTE_USER"] = self.login_of(environ)
        if environ["REQUEST_METHOD"] == "POST":
            chosen = self.chosen(environ) if path == "/sign-in" else ""
            cookie = f"{COOKIE}={chosen}; Path=/; HttpOnly; SameSite=Lax" + ("" if chosen else "; Max-Age=0")
            start("303 See Other", [("Location", "/"), ("Set-Cookie", cookie)])
            return []
        if path == "/old":
            start("302 Found", [("Location", "/")])
            return []
        if path == "/api/pages":
            start("200 OK", [("Content-Type", "application/json")])
            return [b'["/", "/pages/holidays", "/pages/travel"]\n']
        is_japanese = environ.get("HTTP_ACCEPT_LANGUAGE", "").startswith("ja")
        start("200 OK" if path in PAGES else "404 Not Found", [("Content-Type", "text/html; charset=utf-8")])
        return [self.page(path, login, "ja" if is_japanese else "en").encode()]

    def login_of(self, environ: dict[str, Any]) -> str:
        """Who came, by their cookie; empty for nobody."""
        try:
            cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(COOKIE)
        except CookieError:
            return ""
        return cookie.value if cookie is not None and cookie.value in self.logins else ""

    def chosen(self, environ: dict[str, Any]) -> str:
        length = min(int(environ.get("CONTENT_LENGTH") or 0), LONGEST_FORM)
        login = parse_qs(environ["wsgi.input"].read(length).decode("latin-1")).get("login", [""])[0]
        return login if login in self.logins else ""

    def page(self, path: str, login: str, language: str) -> str:
        def say(text: str) -> str:
            return escape(JAPANESE[text] if language == "ja" else text)

        title = say(PAGES.get(path, "There is no such page."))
        return (
            f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style>'
            f"<main><h1>{title}</h1>{self.signed_in(login, say) if login else self.choice(say)}</main></html>"
        )

    def choice(self, say: Say) -> str:
        buttons = "".join(
            f'<button name="login" value="{escape(each)}">{escape(each)}</button>' for each in self.logins
        )
        return f'<p>{say("Who are you?")}</p><form method="post" action="/sign-in">{buttons}</form>'

    def signed_in(self, login: str, say: Say) -> str:
        rows = "".join(
            f'<tr><td><a href="{path}">{path}</a></td><td>{say(text)}</td></tr>' for path, text in LINKS.items()
        )
        return (
            f'<form method="post" action="/sign-out"><p>{say("You are")} <b>{escape(login)}</b> '
            f"<button>{say('Sign out')}</button></p></form>"
            f"<table><tr><th>{say('Page')}</th><th>{say('For Seatwise')}</th></tr>{rows}</table>"
            f'<p><a href="{escape(self.seatwise)}/administration/access/{CODE}/">{say("See it in Seatwise")}</a></p>'
        )


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - as the standard library calls it
        """Say nothing."""


def end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def main(bind: str, seatwise: str, token: str, *logins: str) -> None:
    """Serve the site until told to end."""
    signal.signal(signal.SIGTERM, end)
    spool = Path(token).with_name(f"{CODE}-spool")
    recorder = Recorder(f"{seatwise}/ingest/{CODE}/", Path(token).read_text().strip(), spool=spool)
    site = WsgiMiddleware(Handbook(seatwise, logins), recorder)
    make_server(*listening.split(bind), site, Server, Quiet).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
