"""JSON that somebody sent: read whole and strictly, or refused with a reason."""

import json
from typing import Any, NoReturn

from seatwise.lib.decoding import is_keepable

DEEPEST = 32  # objects and lists within one another
LARGEST = 2**63 - 1  # what a database keeps of a whole number


class UnreadableJson(ValueError):
    """JSON that is none, or holds what nothing here could keep. The message says which."""


def read_json(data: bytes | str) -> Any:
    """What the JSON says. Raises UnreadableJson."""
    try:
        found = json.loads(data, parse_constant=_no_number)
    except RecursionError:
        raise UnreadableJson("it is nested too deeply") from None
    except UnreadableJson:
        raise
    except ValueError as error:
        raise UnreadableJson(f"it is not JSON ({error})") from None
    _check(found)
    return found


def _no_number(name: str) -> NoReturn:
    raise UnreadableJson(f"{name} is not JSON")


def _check(found: Any) -> None:
    """Refuse texts with NUL or half characters, numbers beyond 64 bits, and deep nesting."""
    level = [found]
    for _ in range(DEEPEST):
        texts = [each for each in level if isinstance(each, str)]
        texts += [name for each in level if isinstance(each, dict) for name in each]
        if not all(is_keepable(text) for text in texts):
            raise UnreadableJson("a text in it has a NUL or half of a character")
        if any(isinstance(each, int | float) and abs(each) > LARGEST for each in level):
            raise UnreadableJson("a number in it is too large")
        level = [part for each in level for part in _parts(each)]
        if not level:
            return
    raise UnreadableJson("it is nested too deeply")


def _parts(found: Any) -> list[Any]:
    return list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else []
