"""What tests of this app need: letters that are kept, and a wiki whose one seat is taken."""

from typing import Any

import pytest

from seatwise.directory.models import Service, User
from seatwise.licenses import contract_terms
from seatwise.licenses.models import License
from seatwise.seat_requests.tests.world import ON, add_person, add_service, hold, read


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    """Letters that are sent are kept in memory."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def holder(db: None) -> User:
    """Holds the one seat of the wiki, and last used it 100 days ago."""
    return add_person("holder")


@pytest.fixture
def newcomer(db: None) -> User:
    """Needs a seat."""
    return add_person("newcomer")


@pytest.fixture
def wiki(holder: User) -> Service:
    """A service with one seat, which is taken."""
    service = add_service()
    contract_terms.add(service=service, seats=1, by=None, on=ON)
    hold(service, holder)
    read(service, {"holder": [100]})
    return service


@pytest.fixture
def held(wiki: Service, holder: User) -> License:
    """The license of the one seat."""
    found: License = License.objects.of(wiki).held().by([holder]).select_related("user", "service").get()
    return found
