"""Settings that were changed on the page: kept in the database, and in force in every process within SECONDS."""

import time
from collections.abc import Callable, Mapping

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from seatwise import audit, configuration
from seatwise.configuration import Setting
from seatwise.lib import ciphers
from seatwise.site.models import KeptSetting

PURPOSE = "settings"  # of the key by which secrets are kept
SECONDS = 5.0  # after which a process looks again
_looked = 0.0
CHANGEABLE: dict[str, Setting[object]] = {each.name: each for each in configuration.SETTINGS if each.on_page}
# Why a setting cannot be changed although the environment does not fix it, by its name. Later apps add to it.
FIXED: dict[str, Callable[[], str]] = {}


def look(*, now: bool = False) -> None:
    """Bring into force what was changed meanwhile. Where the database is away, what was known stays in force."""
    global _looked
    if not now and time.monotonic() - _looked < SECONDS:
        return
    _looked = time.monotonic()
    try:
        rows = dict(KeptSetting.objects.filter(name__in=CHANGEABLE).values_list("name", "value"))
    except DatabaseError:
        return
    put_in_force({name: text for name, value in rows.items() if (text := _readable(CHANGEABLE[name], value))})


def put_in_force(kept: Mapping[str, str]) -> None:
    """Let settings be what they are now, in this process."""
    if kept == configuration.KEPT:
        return
    configuration.KEPT.clear()
    configuration.KEPT.update(kept)
    for name, value in configuration.for_django().items():
        setattr(settings, name, value)
    timezone.get_default_timezone.cache_clear()  # type: ignore[attr-defined]


@transaction.atomic
def change(values: Mapping[str, str], *, by: object) -> bool:
    """Keep settings as they would be written in the environment, empty for what is usual; whether any is another now.

    Raises WrongSetting for a value that cannot be, or that something fixes.
    """
    rows = KeptSetting.objects.select_for_update().filter(name__in=values)
    kept = {row.name: _readable(CHANGEABLE[row.name], row.value) for row in rows}
    changed = {name: text for name, text in values.items() if text != kept.get(name, "")}
    before, after = {}, {}
    for name, text in changed.items():
        setting = CHANGEABLE[name]
        if setting.is_fixed or (name in FIXED and FIXED[name]()):
            raise configuration.WrongSetting(f"{name} cannot be changed here.")
        before[name], after[name] = shown(setting, kept.get(name, "")), shown(setting, text)
        if before[name] == after[name]:
            after[name] += " (password entered anew)"
        if text:
            value = ciphers.encrypt(text, secret_key=settings.SECRET_KEY, purpose=PURPOSE) if setting.secret else text
            KeptSetting.objects.update_or_create(name=name, defaults={"value": value})
        else:
            KeptSetting.objects.filter(name=name).delete()
    if changed:
        audit.record(by=by, verb="settings.change", before=before, after=after)
        transaction.on_commit(lambda: look(now=True))
    return bool(changed)


def shown(setting: Setting[object], text: str) -> str:
    """A value for people: secrets without what is secret. Raises WrongSetting."""
    try:
        value = setting.parse(text) if text else ""
    except ValueError as error:
        raise configuration.WrongSetting(str(error)) from None
    return str(value) if setting.secret else text


def _readable(setting: Setting[object], value: str) -> str:
    """What is kept; empty where it was encrypted under another key, or is no value of this version."""
    text = ciphers.decrypt(value, secret_key=settings.SECRET_KEY, purpose=PURPOSE) if setting.secret else value
    try:
        setting.parse(text or "")
    except ValueError:
        return ""
    return text or ""


class KeptSettingsMiddleware:
    """Looks for what was changed before a request is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the settings as they are now."""
        look()
        return self.get_response(request)
