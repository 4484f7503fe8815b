"""In tests of signing in, the clock by which codes change stands still, so that none goes on in a later period."""

from collections.abc import Callable

import pytest

from seatwise.accounts import codes

Later = Callable[[int], None]


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Let some periods of codes go by."""
    now = codes.period()

    def go(periods: int) -> None:
        monkeypatch.setattr(codes, "period", lambda: now + periods)

    go(0)
    return go
