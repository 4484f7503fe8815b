"""The pages that are sent without Django: when it cannot be asked, or there is nothing to ask it."""

from collections.abc import Mapping
from typing import Any

from seatwise.server.answers import Answer

_TEXTS = {
    "en": {
        400: ("This request cannot be understood", "Go back and try another way."),
        405: ("There is no such method here", "Go back and try another way."),
        408: (
            "This took too long to arrive",
            "Nothing of it was kept. Try again, over a faster connection if you can.",
        ),
        500: (
            "Something went wrong",
            "It was written to the log of the server. Try again; if it stays, tell whoever runs this site.",
        ),
        503: ("The site is busy", "Nothing was changed. Try again in a minute."),
        507: (
            "The disk of the server is full",
            "Tell whoever runs this site. Before you try again, look whether your last change is there.",
        ),
    },
    "ja": {
        400: ("このリクエストは読み取れません", "前の画面に戻って、別の方法でお試しください。"),
        405: ("ここではその操作はできません", "前の画面に戻って、別の方法でお試しください。"),
        408: (
            "データが時間内に届きませんでした",
            "何も保存されていません。もう一度お試しください。できれば速い回線をご利用ください。",
        ),
        500: (
            "エラーが発生しました",
            "内容はサーバーのログに記録されました。もう一度試しても直らないときは、サイトの管理者にお知らせください。",
        ),
        503: ("ただいま混み合っています", "何も変更されていません。1分ほどたってから、もう一度お試しください。"),
        507: (
            "サーバーのディスクがいっぱいです",
            "サイトの管理者にお知らせください。もう一度操作する前に、直前の変更が保存されているかご確認ください。",
        ),
    },
}
_PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{what} – Seatwise</title></head>
<body><main><h1>{what}</h1><p>{next}</p></main></body></html>
"""


def page(status: int, environ: Mapping[str, Any]) -> Answer:
    """What happened and what to do next, in the reader's language."""
    language = _language(environ)
    what, next_step = _TEXTS[language][status]
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Language", language),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'"),
    ]
    if status == 503:
        headers.append(("Retry-After", "60"))
    return Answer.of(status, headers, _PAGE.format(language=language, what=what, next=next_step).encode())


def _language(environ: Mapping[str, Any]) -> str:
    """Japanese where it is wanted before English."""
    weights = {"en": 0.001, "ja": 0.0}
    for part in environ.get("HTTP_ACCEPT_LANGUAGE", "")[:1000].split(","):
        name, _, weight = part.partition(";q=")
        found = name.strip()[:2].lower()
        try:
            weights[found] = max(weights.get(found, 0.0), float(weight or 1))
        except ValueError:
            continue
    return "ja" if weights["ja"] > weights["en"] else "en"
