"""When a condition says something. 0 is a value: `0 == False`, so equality must not decide."""

from typing import Any


def says_something(value: Any) -> bool:
    """Whether a field of a filter or rule asks for anything: not None, not no, not empty. 0 does."""
    return value is not None and value is not False and not (isinstance(value, str | list | tuple) and not value)
