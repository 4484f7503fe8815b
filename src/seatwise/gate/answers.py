"""The gate's answer to a proxy, from a request as WSGI has it: the same for Django and in front of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from seatwise.gate import cookies
from seatwise.gate.verdicts import NOBODY, Verdict

STATUS = {"allowed": 204, "refused": 403, "nobody": 401}
UNKNOWN = 503  # the database is away, and nothing is remembered
VERDICT = "X-Seatwise-Verdict"  # proxies let nobody through without it: a status alone may be anybody's
SENTENCES = {
    204: "",
    401: "Nobody is signed in at the gate.\n",
    403: "This person has no license.\n",
    503: "The gate cannot ask the database now, and stays closed. Try again in a minute.\n",
}


@dataclass(frozen=True)
class Answer:
    """A status, headers, and a sentence for whoever looks at it by hand."""

    status: int
    headers: list[tuple[str, str]]
    text: str

    @property
    def body(self) -> bytes:
        return self.text.encode()


def verdict_for(environ: Mapping[str, Any], code: str, ask: Callable[[str], Verdict | None]) -> Verdict | None:
    """What is known of whoever has the gate's cookie of a service; nothing else of the request is looked at."""
    secret, https = cookies.secret_of(environ.get("HTTP_COOKIE", ""), cookies.KEY, code)
    if not secret:
        return NOBODY
    found = ask(cookies.hashed(secret))
    return None if found is None else found.at(code, https=https)


def answer(verdict: Verdict | None, environ: Mapping[str, Any], *, with_cookies: bool = False) -> Answer:
    """The answer to a verdict. The headers with the login are always there, so that a proxy has what to set.

    Nothing but an answer that lets somebody in has the header with the verdict, and it names the service, so that
    neither another page, nor another service's answer, nor other software at this port can be taken for it.
    `with_cookies`: with the Cookie header that the service may get, for a proxy that cannot take out ours itself.
    """
    status = UNKNOWN if verdict is None else STATUS[verdict.is_]
    known = verdict or NOBODY
    text = SENTENCES[status]
    headers = [("X-Seatwise-Login", known.login), ("X-Seatwise-Login-Written", known.written)]
    if status == 204:
        headers.append((VERDICT, allowed(known.code)))
    if with_cookies and status == 204:
        headers.append(("Cookie", cookies.without_ours(environ.get("HTTP_COOKIE", ""))))
    if status != 204:
        headers += [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text.encode())))]
    return Answer(status, [*headers, ("Cache-Control", "no-store")], text)


def allowed(code: str) -> str:
    """What the header with the verdict says where somebody may use a service."""
    return f"allowed {code}"


def ascii_only(value: str) -> str:
    """A header's value for where only ASCII can be sent."""
    return value if value.isascii() else quote(value.encode("latin-1"), safe=" !#$&'()*+,/:;<=>?@[]^_`|~")
