"""What was done, in words. Each app names its own verbs."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_noop

VERBS: dict[str, str | Promise] = {}


def describe(verbs: Mapping[str, str | Promise]) -> None:
    VERBS.update(verbs)


def verb_label(verb: str) -> str:
    """A verb for people; itself where nobody named it."""
    return str(VERBS.get(verb, verb))


# What entries tell beside fields of models, by name: each is translated where it is shown.
TOLD = (
    gettext_noop("recorded since"),
    gettext_noop("last access"),
    gettext_noop("access days"),
    gettext_noop("window"),
    gettext_noop("unknown days"),
    gettext_noop("via"),
    gettext_noop("to"),
    gettext_noop("owner"),
    gettext_noop("log zone"),
    gettext_noop("drop domain"),
    gettext_noop("longest silence"),
    gettext_noop("revision"),
    gettext_noop("files"),
    gettext_noop("passed over"),
    gettext_noop("lines"),
    gettext_noop("accesses"),
    gettext_noop("evidence"),
    gettext_noop("decision"),
    gettext_noop("until"),
    gettext_noop("for"),
    gettext_noop("confirmed on"),
    gettext_noop("items"),
    gettext_noop("named"),
    gettext_noop("not now until"),
    gettext_noop("at most"),
    gettext_noop("idle days"),
    gettext_noop("held at least"),
    gettext_noop("day"),
    gettext_noop("what"),
    gettext_noop("zone"),
    gettext_noop("up to"),
    gettext_noop("reminder"),
    gettext_noop("change"),
    gettext_noop("cause"),
    gettext_noop("share"),
    gettext_noop("never"),
    gettext_noop("at least"),
    gettext_noop("accessed"),
    gettext_noop("last access by"),
)
