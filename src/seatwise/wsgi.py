"""The site for a WSGI server, with the gate in front of it. `seatwise serve` starts one."""

import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seatwise.settings")
_site: Any = get_wsgi_application()

from seatwise.gate.front import in_front_of  # noqa: E402 - needs Django's settings

application = in_front_of(_site)
