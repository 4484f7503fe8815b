"""The kinds of letters. Later apps register theirs in AppConfig.ready."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from seatwise.letters.models import Letter

Compose = Callable[["Letter"], Mapping[str, Any] | None]


class UnknownKind(LookupError):
    """A kind that no app has registered."""


@dataclass(frozen=True)
class Kind:
    """A kind of letter.

    `template` is the beginning of the names of its templates: `mail/x` has `mail/x.subject.txt`, `mail/x.txt` and, if
    there is one, `mail/x.html`. `compose` gives what they are filled in with, or None where the letter is not due any
    more; it changes nothing, and is called again for each attempt and whenever the letter is read on the site. `label`
    is what the kind is called on the site. `while_held` says that it goes also where the clock jumped: it says nothing
    that rests on the day, and cannot wait until somebody confirms it.
    """

    name: str
    template: str
    compose: Compose
    label: str | Promise = ""
    while_held: bool = False


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known. Registering its name again replaces it."""
    _kinds[kind.name] = kind


def named(name: str) -> Kind:
    """The kind of a name. Raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(f"there is no kind of letter called {name!r}") from None


def while_held() -> list[str]:
    """The names of those that go whatever the clock shows."""
    return [name for name, kind in _kinds.items() if kind.while_held]


def kind_label(name: str) -> str:
    """What a kind is called; its name where nobody registered it."""
    return str(_kinds[name].label or name) if name in _kinds else name


def choices() -> list[tuple[str, str]]:
    return sorted(((name, kind_label(name)) for name in _kinds), key=lambda each: each[1])
