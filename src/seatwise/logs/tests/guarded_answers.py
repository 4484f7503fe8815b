"""Facts as JSON, so that two programs can compare what they found."""

from collections.abc import Mapping
from typing import Any

from seatwise.logs.facts import Facts


def answer_of(facts: Facts) -> dict[str, Any]:
    """Facts as JSON has them."""
    return {
        "days": {key: masks(login.days) for key, login in facts.logins.items() if login.days},
        "program_days": {key: masks(login.program_days) for key, login in facts.logins.items() if login.program_days},
        "shown": {key: login.login for key, login in facts.logins.items()},
        "covered": masks(facts.covered),
        "reasons": facts.account.reasons,
        "samples": {
            name: [(sample.line, str(sample.what)) for sample in samples]
            for name, samples in facts.account.samples.items()
        },
    }


def masks(months: Mapping[int, int]) -> list[list[int]]:
    """{month: mask} in order."""
    return [[month, months[month]] for month in sorted(months)]
