"""How large a body is taken from somebody, before anything of their request is looked at.

For the server, which takes bodies whole. A cookie or a token that is merely there is none: strangers fill no disk.
"""

import io
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.urls import Resolver404, resolve

from seatwise.configuration import today
from seatwise.directory.models import ApiToken
from seatwise.site import bodies
from seatwise.site.access import role_of


def body_limit(environ: dict[str, Any]) -> int:
    """In bytes. Asks the database, over the connection of its thread."""
    close_old_connections()
    try:
        request = WSGIRequest({**environ, "wsgi.input": io.BytesIO()})
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        request.user = get_user(request)
        known = _may_send_files(request) if request.user.is_authenticated else _has_token(request)
        return bodies.body_limit(request.path_info, known=known)
    finally:
        close_old_connections()


def _may_send_files(request: WSGIRequest) -> bool:
    """Whether files are taken from this person, where files are taken at all."""
    try:
        files = bodies.files_of(resolve(request.path_info).func)
    except Resolver404:
        return True
    return files is None or role_of(request) in files.roles


def _has_token(request: WSGIRequest) -> bool:
    secret = request.headers.get("Authorization", "").partition(" ")[2].strip()
    return bool(secret) and ApiToken.objects.in_force(secret, today()) is not None
