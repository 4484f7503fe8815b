"""What was done, in words. Each app names its own verbs."""

from collections.abc import Mapping

from django.utils.functional import Promise

VERBS: dict[str, str | Promise] = {}


def describe(verbs: Mapping[str, str | Promise]) -> None:
    VERBS.update(verbs)


def verb_label(verb: str) -> str:
    """A verb for people; itself where nobody named it."""
    return str(VERBS.get(verb, verb))
