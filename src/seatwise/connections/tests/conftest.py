"""cybozu.com, as far as these tests see it."""

from collections.abc import Iterator

import pytest

from seatwise.connections import readings
from seatwise.connections.tests.cybozu import Cybozu, running


@pytest.fixture
def domain(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cybozu]:
    monkeypatch.setattr(readings, "pause", lambda seconds: None)
    with running(Cybozu()) as found:
        yield found
