"""Requests to the API of one vendor with one secret: tried again where that helps, and errors in words.

Sources: RFC 9110 (Retry-After); GitHub, "Rate limits for the REST API": 403 or 429, `x-ratelimit-remaining: 0` with
`x-ratelimit-reset`, or a message about a secondary rate limit, after which at least a minute is to be waited.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from seatwise.connections.http import Answer, NoAnswer, Request, Send, send
from seatwise.lib.logins import visible

ATTEMPTS = 4  # of a request that only reads
FIRST_PAUSE = 1.0  # seconds; each further one is twice as long
LONGEST_PAUSE = 60.0
LATER = (429, 502, 503, 504)  # statuses after which the same request may succeed


class NotRead(Exception):
    """Nothing can be done with what came back. The message says what came, and never holds a secret."""


class ApiError(NotRead):
    """The API refuses a request. `code` is the vendor's own for the error."""

    def __init__(self, status: int, code: str, message: str, after: float | None = None) -> None:
        """`after`: in how many seconds it may be tried again; None where that is of no use."""
        super().__init__(f"{status} {code}: {message}" if code else f"{status}: {message}")
        self.status, self.code, self.after = status, code, after

    @property
    def is_refusal(self) -> bool:
        """Whether the request itself was refused, so that nothing of it was done."""
        return 400 <= self.status < 500 and self.status not in LATER


class VendorApi:
    """`before_each` is called before each request; no secret stands in what is raised."""

    def __init__(
        self,
        address: str,
        token: str,
        *,
        send: Send = send,
        pause: Callable[[float], None] = time.sleep,
        before_each: Callable[[], None] = lambda: None,
    ) -> None:
        self._address, self._token = address.rstrip("/"), token
        self._secrets = [token]
        self._send, self._pause, self._before_each = send, pause, before_each

    def read(self, path: str, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON that answers a request that only reads. Raises NotRead and NoAnswer."""
        return self.json(self.patiently(lambda: self.once("GET", self._address + path, headers)))

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Ask, and again where it may succeed later; not where that is later than somebody should wait."""
        wait = FIRST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return ask()
            except NoAnswer:
                if attempt == ATTEMPTS:
                    raise
            except ApiError as error:
                if attempt == ATTEMPTS or error.after is None or error.after > LONGEST_PAUSE:
                    raise
                wait = max(wait, error.after)
            self._pause(min(wait, LONGEST_PAUSE))
            wait *= 2
        raise AssertionError("the last attempt returns or raises")

    def once(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None,
        good: tuple[int, ...] = (200,),
    ) -> Answer:  # fmt: skip
        """One request, by default with the token. Raises ApiError and NoAnswer."""
        with_token = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        self._before_each()
        try:
            answer = self._send(Request(method, url, with_token if headers is None else headers, body))
        except NoAnswer as error:
            raise NoAnswer(self.safe(str(error))) from None
        if answer.status not in good:
            raise self._error(answer)
        return answer

    def json(self, answer: Answer) -> Any:
        try:
            return json.loads(answer.body)
        except ValueError:
            raise NotRead("the answer is no JSON: is the address right?") from None

    def _error(self, answer: Answer) -> ApiError:
        try:
            said = json.loads(answer.body)
            error = said.get("error", said)
            if isinstance(error, str):  # of OAuth
                error = {"code": error, "message": said.get("error_description", "")}
            code, message = str(error.get("code", "")), str(error.get("message", ""))
        except (ValueError, AttributeError):
            code, message = "", ""
        if 300 <= answer.status < 400:
            message = "it leads to another address, which is not followed"
        first = self.safe(message.splitlines()[0] if message else "")[:300] or "no reason was given"
        return ApiError(answer.status, self.safe(code)[:40], first, _after(answer, message))

    def safe(self, text: str) -> str:
        """What came from outside, fit to be shown: whoever echoes a secret does not make us pass it on."""
        for secret in filter(None, self._secrets):
            text = text.replace(secret, "…")
        return visible(text)


def _after(answer: Answer, message: str) -> float | None:
    """In how many seconds the same may be asked again; None where it would be refused again."""
    after, reset = (answer.headers.get(name, "") for name in ("retry-after", "x-ratelimit-reset"))
    is_limit = answer.status == 403 and ("rate limit" in message.lower() or after)
    if answer.status not in LATER and not is_limit:
        return None
    if after.isascii() and after.isdecimal():
        return float(after)
    if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isascii() and reset.isdecimal():
        return max(float(reset) - time.time(), 0.0)
    return LONGEST_PAUSE if is_limit else 0.0
