"""How a source's logs are read, in words: the rules of a revision, and what another set of rules changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _, gettext_lazy, ngettext

from seatwise.directory.models import Service
from seatwise.ledger.models import Revision
from seatwise.ledger.models.sources import ReadingRules
from seatwise.ledger.zones import organization_zone
from seatwise.logs.formats import AUTO
from seatwise.logs.named_formats import NAMED
from seatwise.logs.rules import APIS, ASSETS, SCREENS, Rules

GLOBS = {
    "hosts": gettext_lazy("hosts"),
    "screens": gettext_lazy("paths of screens"),
    "apis": gettext_lazy("paths of the API"),
    "assets": gettext_lazy("paths of assets"),
}
LABELS = {
    "format": gettext_lazy("format"),
    "login_field": gettext_lazy("login field"),
    "log_zone": gettext_lazy("zone of the log"),
    "drop_domain": gettext_lazy("login domains ignored"),
    "programs": gettext_lazy("programs"),
    "longest_silence": gettext_lazy("longest silence in days"),
    **GLOBS,
}
DEFAULTS = {"hosts": (), "screens": SCREENS, "apis": APIS, "assets": ASSETS}


def format_in_words(text: str) -> str:
    if text == AUTO:
        return _("detect from the first lines")
    return f"{text} – {_(NAMED[text].about.value)}" if text in NAMED else text


def rule_text(revision: Revision) -> Iterator[tuple[str, str]]:
    """(what, how) for all that the services of a revision have in common."""
    yield _("Format"), format_in_words(revision.format)
    yield _("Login"), revision.login_field or _("where the format defines it")
    zone = revision.log_zone or organization_zone()
    yield _("Times without an offset"), _("are times of %(zone)s") % {"zone": zone}
    yield (
        _("Login domains"),
        (_("ignored: CORP\\jdoe and jdoe@example.com are jdoe") if revision.drop_domain else _("belong to the login")),
    )
    yield _("Programs"), ", ".join(revision.programs) or _("none set here")
    yield (
        _("Longest silence"),
        ngettext("%(count)s day", "%(count)s days", revision.longest_silence) % {"count": revision.longest_silence},
    )


@dataclass(frozen=True)
class ServiceRules:
    service: Service
    rules: Rules

    @property
    def hosts(self) -> str:
        return ", ".join(self.rules.hosts) or _("every host")

    @property
    def screens(self) -> str:
        return _("every other path") if self.rules.screens == SCREENS else ", ".join(self.rules.screens)

    @property
    def apis(self) -> str:
        return globs_in_words(self.rules.apis, APIS)

    @property
    def assets(self) -> str:
        return globs_in_words(self.rules.assets, ASSETS)


def globs_in_words(globs: tuple[str, ...], default: tuple[str, ...]) -> str:
    """Globs, all of them unless they are the usual ones."""
    if globs == default:
        return ngettext("the usual one (%(count)s)", "the usual ones (%(count)s)", len(globs)) % {"count": len(globs)}
    return ", ".join(globs) or _("none")


def services_in_words(revision: Revision) -> list[ServiceRules]:
    servings = revision.servings.select_related("service").order_by("service")
    return [ServiceRules(serving.service, serving.rules(revision.programs)) for serving in servings]


def changes_in_words(before: ReadingRules, after: ReadingRules) -> list[str]:
    was, now = before.described(), after.described()
    return [*_changed(was, now, [key for key in was if key != "services"]), *_changed_services(before, after)]


def _changed(was: Mapping[str, Any], now: Mapping[str, Any], keys: list[str], of: str = "") -> Iterator[str]:
    for key in keys:
        if was[key] != now[key]:
            name = f"{of}: {LABELS[key]}" if of else str(LABELS[key])
            yield _("%(field)s: %(before)s → %(after)s") % {
                "field": name,
                "before": _value(was[key]),
                "after": _value(now[key]),
            }


def _changed_services(before: ReadingRules, after: ReadingRules) -> Iterator[str]:
    for code in sorted(before.services.keys() | after.services.keys()):
        was, now = before.services.get(code), after.services.get(code)
        if was is None:
            yield _("the service %(code)s is also read") % {"code": code}
        elif now is None:
            yield _("the service %(code)s is no longer read") % {"code": code}
        else:
            yield from _changed(_globs(was), _globs(now), list(GLOBS), of=code)


def _globs(rules: Rules) -> dict[str, list[str]]:
    return {key: list(getattr(rules, key)) for key in GLOBS}


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return text if 0 < len(text) <= 120 else f"{text[:119]}…" if text else "–"
