"""A Django site of its own process: `WAY PEOPLE BLOCKS`. Prints microseconds of processor time: of a request without
anything that records, what WAY adds, and what the recorder alone takes for a page that it has sent and for another.

It runs in an environment that has Django and django-user-visit; of Seatwise it needs the recorder alone, by PYTHONPATH.
"""

import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings

from seatwise.recorder import sender

AUTHENTICATED = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
MIDDLEWARE = {
    "recorder": ["seatwise.recorder.django_middleware.RecorderMiddleware"],
    "recorder, each page new": ["seatwise.recorder.django_middleware.RecorderMiddleware"],
    "django-user-visit": ["user_visit.middleware.UserVisitMiddleware"],
    "UPDATE": [f"{__name__}.update_last_seen"],
}
PAGES = 20
BLOCK = 100  # requests, with and without in turns: what else the machine does falls upon both


class Sink(BaseHTTPRequestHandler):
    """Takes lines, as Seatwise does, in a process that is not measured."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


def update_last_seen(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The naive way: an UPDATE for each request."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    def middleware(request: Any) -> Any:
        response = get_response(request)
        User.objects.filter(pk=request.user.pk).update(last_login=timezone.now())
        return response

    return middleware


def page(request: Any, number: int) -> Any:
    """A page that looks at who asks, as pages do."""
    from django.http import HttpResponse

    return HttpResponse(f"<p>Page {number} of {request.user.get_username()}")


def set_up(way: str, directory: str, sink: str) -> None:
    import django
    from django.core.management import call_command
    from django.urls import path

    apps = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
    settings.configure(
        SECRET_KEY="of this measurement alone",
        ROOT_URLCONF=type("urls", (), {"urlpatterns": [path("pages/<int:number>/", page)]}),
        ALLOWED_HOSTS=["*"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": f"{directory}/db.sqlite3",
                "CONN_MAX_AGE": None,
                "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"},
            }
        },
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=apps + (["user_visit"] if way == "django-user-visit" else []),
        MIDDLEWARE=AUTHENTICATED,
        SEATWISE_RECORDER={"url": sink, "token": "t", "spool": f"{directory}/spool"},
    )
    django.setup()
    call_command("migrate", verbosity=0)


def cookies_of(people: int) -> list[str]:
    """Sessions of signed-in people."""
    from django.contrib.auth.models import User
    from django.test import Client

    found = []
    for number in range(people):
        client = Client()
        client.force_login(User.objects.create(username=f"user{number}"))  # type: ignore[arg-type]
        found.append(client.cookies["sessionid"].value)
    return found


def measured(way: str, people: int, blocks: int) -> tuple[float, float]:
    """Microseconds of processor time of the application's process, its threads included: of a request, and what the
    way adds to it; medians of blocks.
    """
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory

    cookies, factory = cookies_of(people), RequestFactory(HTTP_USER_AGENT="Mozilla/5.0")
    without: Any = WSGIHandler()
    settings.MIDDLEWARE = AUTHENTICATED + MIDDLEWARE[way]
    recording: Any = WSGIHandler()

    def block(handler: Any, start: int) -> float:
        began = time.process_time()
        for number in range(start, start + BLOCK):
            wanted = number if way == "recorder, each page new" else number % PAGES
            cookie = f"sessionid={cookies[number % people]}"
            statuses: list[str] = []
            environ = factory.get(f"/pages/{wanted}/", headers={"cookie": cookie}).environ
            handler(environ, lambda status, headers, exc=None, told=statuses: told.append(status)).close()
            assert statuses == ["200 OK"], statuses
        return (time.process_time() - began) / BLOCK * 1e6

    pairs = [(block(without, each * BLOCK), block(recording, each * BLOCK)) for each in range(blocks)]
    return statistics.median(one for one, _other in pairs), statistics.median(other - one for one, other in pairs)


def own_part(sink: str, requests: int) -> tuple[float, float]:
    """Microseconds that the recorder takes for a page that it has sent already, and for another, with its thread's."""
    from seatwise.recorder import Recorder

    found = []
    for pages in (PAGES, requests):
        recorder = Recorder(sink, "t", most_waiting=requests)
        for number in range(pages if pages == PAGES else 1):
            recorder.record("user", "GET", "wiki", f"/pages/{number}/", 200)
        started = time.process_time()
        for number in range(requests):
            recorder.record("user", "GET", "wiki", f"/pages/{number % pages}/", 200)
        recorder.close(60)
        found.append((time.process_time() - started) / requests * 1e6)
    return found[0], found[1]


def main(way: str, people: str, blocks: str) -> None:
    sink = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    process = multiprocessing.get_context("fork").Process(target=sink.serve_forever, daemon=True)
    process.start()
    address = f"http://127.0.0.1:{sink.server_port}/ingest/wiki/"
    with tempfile.TemporaryDirectory() as directory:
        set_up(way, directory, address)
        print(*measured(way, int(people), int(blocks)), *own_part(address, 50_000))
        sender.close_at_exit()
    process.terminate()


if __name__ == "__main__":
    main(*sys.argv[1:])
