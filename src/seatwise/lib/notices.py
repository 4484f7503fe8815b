"""What `lib` and the reader of logs have to say: a code and values. They become words where somebody reads them.

A code is a member of an Enum: its name is what is stored, its value is the English sentence with places for the values.
Who speaks another language translates that sentence and fills it in; the catalogue of translations takes all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Union

Value = Union[str, int, "Notice", Sequence["Notice"]]


class Code(Enum):
    """The base of all codes. A per cent sign of a sentence is written twice."""


@dataclass(frozen=True)
class Notice:
    """Something to be said. Values are what was found in the input, numbers, and notices that stand within it."""

    code: Code
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        """In English: for commands."""
        return self.say(lambda code: str(code.value))

    def say(self, sentence: Callable[[Code], str], apart: str = "; ") -> str:
        """In the language of `sentence`; several notices in one place are set apart."""

        def part(value: Value) -> str | int:
            if isinstance(value, Notice):
                return value.say(sentence, apart)
            return value if isinstance(value, str | int) else apart.join(each.say(sentence, apart) for each in value)

        return sentence(self.code) % {name: part(value) for name, value in self.values.items()}

    def map(self, change: Callable[[str], str]) -> "Notice":
        """The same with each text among the values changed."""

        def changed(value: Value) -> Value:
            if isinstance(value, Notice):
                return value.map(change)
            if isinstance(value, int):
                return value
            return change(value) if isinstance(value, str) else [each.map(change) for each in value]

        return Notice(self.code, {name: changed(value) for name, value in self.values.items()})

    def as_json(self) -> dict[str, Any]:
        """As it is stored; `stored` reads it."""

        def plain(value: Value) -> Any:
            if isinstance(value, Notice):
                return value.as_json()
            return value if isinstance(value, str | int) else [each.as_json() for each in value]

        code = f"{type(self.code).__name__}.{self.code.name}"
        return {"code": code, "values": {name: plain(value) for name, value in self.values.items()}}


def stored(found: Mapping[str, Any]) -> Notice:
    """A notice as it was stored. Raises KeyError for a code that there is not."""

    def value(kept: Any) -> Value:
        if isinstance(kept, dict):
            return stored(kept)
        return [stored(each) for each in kept] if isinstance(kept, list) else kept

    family, _, name = found["code"].partition(".")
    code = {each.__name__: each for each in Code.__subclasses__()}[family][name]
    return Notice(code, {name: value(kept) for name, kept in found["values"].items()})


class Unusable(Exception):
    """Something that was given cannot be used; the notice says what, where and what next."""

    def __init__(self, code: Code, **values: Value) -> None:
        self.notice = Notice(code, values)
        super().__init__(self.notice)

    def __str__(self) -> str:
        return str(self.notice)
