"""LINE WORKS for Apprise, which does not know it: its app Incoming Webhook posts what it is sent to a talk room.

https://developers.worksmobile.com/jp/docs/webhook
"""

import re
import warnings
from email import charset
from typing import Any, ClassVar

import requests
from apprise import NotifyBase, NotifyFormat
from apprise.manager_plugins import NotificationManager

SCHEME = "lineworks"
HOST = "https://webhook.worksmobile.com/message/"


class NotifyLineWorks(NotifyBase):  # type: ignore[misc]  # Apprise is read without its types
    """`lineworks://ID`, or the webhook's address as LINE WORKS shows it."""

    service_name = "LINE WORKS"
    service_url = "https://line-works.com/"
    setup_url = "https://developers.worksmobile.com/jp/docs/webhook"
    secure_protocol = SCHEME
    notify_format = NotifyFormat.TEXT
    title_maxlen = 100
    body_maxlen = 2000
    templates: ClassVar[tuple[str, ...]] = ("{schema}://{token}",)
    template_tokens: ClassVar[dict[str, Any]] = {
        **NotifyBase.template_tokens,
        "token": {"name": "Webhook ID", "type": "string", "private": True, "required": True},
    }

    def __init__(self, token: str, **options: Any) -> None:
        super().__init__(**options)
        if not re.fullmatch(r"[0-9A-Za-z-]{8,100}", token):
            raise TypeError("not the ID of a webhook")
        self.token = token

    def send(self, body: str, title: str = "", **_options: Any) -> bool:
        """Post it; whether it was taken."""
        content: dict[str, Any] = {"title": title or self.app_id, "body": {"text": body}}
        try:
            answer = requests.post(
                HOST + self.token,
                json=content,
                timeout=self.request_timeout,
                verify=self.verify_certificate,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            self.logger.warning("A connection error occurred: %s", type(error).__name__)
            return False
        if answer.status_code != requests.codes.ok:
            self.logger.warning("LINE WORKS answered %s", answer.status_code)
        return bool(answer.status_code == requests.codes.ok)

    def url(self, privacy: bool = False, *_arguments: Any, **_options: Any) -> str:
        return f"{SCHEME}://{self.pprint(self.token, privacy, safe='')}/"

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:
        results: dict[str, Any] | None = NotifyBase.parse_url(url, verify_host=False)
        return results | {"token": NotifyBase.unquote(results["host"])} if results else results

    @staticmethod
    def parse_native_url(url: str) -> dict[str, Any] | None:
        """The address that LINE WORKS shows."""
        found = re.fullmatch(re.escape(HOST) + r"([0-9A-Za-z-]+)/?", url)
        return NotifyLineWorks.parse_url(f"{SCHEME}://{found[1]}/") if found else None


def make_known() -> None:
    """Let Apprise know it; once is enough."""
    manager, ways_to_write = NotificationManager(), dict(charset.CHARSETS)
    with warnings.catch_warnings():  # all services are imported here, and some import what Python will not have long
        warnings.simplefilter("ignore", DeprecationWarning)
        if SCHEME not in manager:
            manager.add(NotifyLineWorks)
    charset.CHARSETS.update(ways_to_write)  # one of the services changes how this process writes emails
