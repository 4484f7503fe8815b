"""Requests as they go through the wire: one connection that is opened again when it was closed."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass

PATIENCE = 20.0  # seconds


@dataclass(frozen=True)
class Said:
    """An answer; status 0 where there was none."""

    status: int
    body: str
    location: str = ""


class Wire:
    """Somebody's connection to a site, with the headers that they always send."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self.port, self.headers = port, dict(headers)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def ask(self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Said:
        """One request; a connection that the server closed meanwhile is opened once more."""
        for attempt in (1, 2):
            try:
                self.connection.request(method, target, body or None, {**self.headers, **(headers or {})})
                answer = self.connection.getresponse()
                text = answer.read().decode("utf-8", "replace")
                return Said(answer.status, text, answer.headers.get("Location") or "")
            except (OSError, http.client.HTTPException) as error:
                self.connection.close()
                if attempt == 2 or isinstance(error, TimeoutError):
                    return Said(0, str(error))
        raise AssertionError
