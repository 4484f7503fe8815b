"""The site for an ASGI server: the shell, the gate in front of Django, and Django. `seatwise serve` starts it."""

import gc
import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seatwise.settings")
_django: Any = get_wsgi_application()

from seatwise import configuration  # noqa: E402 - what follows needs Django's settings
from seatwise.accounts.large_bodies import body_limit  # noqa: E402
from seatwise.gate.front import Gate  # noqa: E402
from seatwise.gate.memory import Memory  # noqa: E402
from seatwise.gate.verdicts import look_up_patiently  # noqa: E402
from seatwise.server import parents  # noqa: E402
from seatwise.server.answers import Answer  # noqa: E402
from seatwise.server.requests import Environ  # noqa: E402
from seatwise.server.shell import Shell, Site  # noqa: E402
from seatwise.site.static_front import StaticFront  # noqa: E402
from seatwise.site.views import ask_database  # noqa: E402

_static = StaticFront()
_gate = Gate(Memory(look_up_patiently, configuration.GATE_GRACE.value()))


async def _front(environ: Environ) -> Answer | None:
    """What is answered without Django."""
    return _static.answer(environ) or await _gate(environ)


parents.end_with_parent()
application = Shell(
    Site(
        django=_django,
        front=_front,
        body_limit=body_limit,
        ask_database=ask_database,
        data=configuration.DATA_DIR.value(),
    )
)
gc.collect()
gc.freeze()  # what stays as long as the process: each full collection looked at all of it, and requests waited 0.1 s
