"""The rules by which logs are read, as they are compared between parts and written down in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

from seatwise.logs.coverage import SILENCE
from seatwise.logs.reading import Source
from seatwise.logs.rules import Rules, Zones

SHOWN = 120  # characters of a rule that differs


@dataclass(frozen=True)
class ReadingRules:
    """All that decides what a line means, but the line itself and the day it is read."""

    format: str
    login_field: str = ""
    time_zone: str = "UTC"
    log_time_zone: str = ""
    host: tuple[str, ...] = ()
    screen: tuple[str, ...] = ()
    api: tuple[str, ...] = ()
    asset: tuple[str, ...] = ()
    program: tuple[str, ...] = ()
    exact_logins: bool = False
    drop_domain: bool = False
    wrapper: str = ""
    longest_silence: int = SILENCE

    def differences(self, other: "ReadingRules") -> Iterator[tuple[str, str, str]]:
        """What differs: how the option is called, how it is here, and how it is there."""
        for each in fields(self):
            here, there = getattr(self, each.name), getattr(other, each.name)
            if here != there:
                yield "--" + each.name.replace("_", "-"), in_words(here), in_words(there)


def in_words(value: object) -> str:
    """A rule for a message."""
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text if 0 < len(text) <= SHOWN else f"{text[: SHOWN - 1]}…" if text else "–"


def rules_of(
    format: str,  # noqa: A002 - the field's term
    login_field: str | None,
    source: Source,
    wrapper: str | None = None,
) -> ReadingRules:
    """The rules by which a source is read. `format` is what was asked for, which may be auto."""
    found = reading_rules(
        format,
        login_field,
        source.zones,
        source.rules,
        drop_domain=source.logins.drop_domain,
        longest_silence=source.silence,
    )
    return replace(found, exact_logins=source.logins.exact, wrapper=wrapper or "")


def reading_rules(
    format: str,  # noqa: A002 - the field's term
    login_field: str | None,
    zones: Zones,
    rules: Rules,
    *,
    drop_domain: bool = False,
    longest_silence: int = SILENCE,
) -> ReadingRules:
    """The rules of a source of the ledger, those that are sets in one order."""

    def as_set(globs: Sequence[str]) -> tuple[str, ...]:
        return tuple(sorted(set(globs)))

    return ReadingRules(
        format=format,
        login_field=login_field or "",
        time_zone=zones.organization,
        log_time_zone=zones.log or "",
        host=as_set(rules.hosts),
        screen=as_set(rules.screens),
        api=as_set(rules.apis),
        asset=as_set(rules.assets),
        program=as_set(rules.programs),
        drop_domain=drop_domain,
        longest_silence=longest_silence,
    )
