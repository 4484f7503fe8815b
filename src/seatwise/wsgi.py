"""The site for a WSGI server. `seatwise serve` starts one."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seatwise.settings")
application = get_wsgi_application()
