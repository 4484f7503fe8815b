"""The cast of all tests that need people, and the database that they live in.

alice    administers
bob      administers the department Sales
charlie  is a member, of Sales
gail     is a guest
ivan     is inactive
audrey   audits: sees everything, changes nothing

All have the password of PASSWORD. Tests run on SQLite, or on PostgreSQL where SEATWISE_TEST_DATABASE_URL says so.
"""

import datetime
import os
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import pytest

for _name in [name for name in os.environ if name.startswith("SEATWISE_") and not name.startswith("SEATWISE_TEST_")]:
    del os.environ[_name]
os.environ.pop("DATABASE_URL", None)
if "SEATWISE_TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["SEATWISE_TEST_DATABASE_URL"]
_DATA = tempfile.TemporaryDirectory(prefix="seatwise-tests-")
os.environ["SEATWISE_DATA_DIR"] = _DATA.name
os.environ["SEATWISE_TIME_ZONE"] = "Asia/Tokyo"
os.environ["SEATWISE_TODAY"] = "2026-11-24"
os.environ["DJANGO_SETTINGS_MODULE"] = "seatwise.settings"

import django  # noqa: E402 - the settings are read from what stands above

django.setup()

PASSWORD = "correct horse 1"  # noqa: S105
EARLIER = datetime.date(2025, 4, 1)  # when all of them came


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords_and_no_shared_counting() -> Iterator[None]:
    """Argon2 is slow on purpose, and sign-in attempts of one test must not count in another."""
    from django.test import override_settings

    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}},
    ):
        yield


@pytest.fixture(autouse=True)
def _own_data_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds what another left there: lines that arrived, keys, heads of the audit log."""
    from seatwise.ingest import spool

    monkeypatch.setenv("SEATWISE_DATA_DIR", tempfile.mkdtemp(dir=_DATA.name))
    spool.followers.clear()
    spool.looked_at.clear()


@pytest.fixture(autouse=True, scope="session")
def _who_is_signed_in_by_a_test_did_so_just_now() -> Iterator[None]:
    """As far as sensitive acts ask: `force_login` says nothing of when."""
    from allauth.account.internal.flows import login
    from django.test import Client

    force_login = Client.force_login

    def just_now(self: Client, user: Any, backend: str | None = None) -> None:
        force_login(self, user, backend)
        session = self.session
        session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
        session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
        session.save()

    Client.force_login = just_now  # type: ignore[assignment,method-assign]
    yield
    Client.force_login = force_login  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _a_slow_machine_makes_no_more_queries() -> Iterator[int]:
    """A request a minute after the last one notes that in its session, which tests that count queries must not see."""
    from seatwise.accounts import sessions

    each = sessions.WRITE_EACH
    sessions.WRITE_EACH = 3600
    yield each
    sessions.WRITE_EACH = each


@pytest.fixture(autouse=True)
def _settings_are_looked_for_where_a_test_says_so() -> Iterator[None]:
    """And what one changed is not in force in another."""
    from django.conf import settings
    from django.utils import timezone

    from seatwise import configuration
    from seatwise.site import kept_settings

    kept_settings.SECONDS = float("inf")
    before = {name: getattr(settings, name) for name in configuration.for_django()}
    yield
    configuration.KEPT.clear()
    for name, value in before.items():  # as they were, whatever is kept, taken back or in the environment now
        if getattr(settings, name) != value:
            setattr(settings, name, value)
            timezone.get_default_timezone.cache_clear()  # type: ignore[attr-defined]


@pytest.fixture(autouse=True, scope="session")
def _audit_log_can_be_emptied_between_tests() -> Iterator[None]:
    """Tests with transactions of their own empty all tables afterwards, which the audit log otherwise refuses."""
    from django.db import connection
    from django.test import TransactionTestCase

    from seatwise.audit import append_only

    teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def without_triggers(self: TransactionTestCase) -> None:
        with append_only.lifted(connection):
            teardown(self)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM ledger_accessmonth")  # unmanaged, so Django leaves it as it is

    TransactionTestCase._fixture_teardown = without_triggers  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _what_a_test_wrote_to_the_audit_log_is_forgotten_with_it() -> Iterator[None]:
    """Also where a test had things done that are done after a commit, and was rolled back then."""
    from seatwise.audit import heads

    yield
    heads.forget()


def _person(login: str, **fields: Any) -> Any:
    from seatwise.directory import people

    user = people.add({"login": login, "name": login.capitalize(), **fields}, by=None, on=EARLIER)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


@pytest.fixture
def alice(db: None) -> Any:
    """Administers."""
    return _person("alice", role="administrator")


@pytest.fixture
def audrey(db: None) -> Any:
    """Audits: sees everything, changes nothing."""
    return _person("audrey", role="auditor")


@pytest.fixture
def sales(db: None) -> Any:
    """The department of bob and charlie."""
    from seatwise.directory.models import Department

    return Department.objects.add(code="sales", name="Sales", by=None)


@pytest.fixture
def bob(sales: Any) -> Any:
    """Administers the department Sales."""
    from seatwise.directory.models import DepartmentAdministrator

    user = _person("bob", role="department_administrator", departments=["sales"])
    DepartmentAdministrator.objects.create(user=user, department=sales)
    return user


@pytest.fixture
def charlie(sales: Any) -> Any:
    """A member, of Sales."""
    return _person("charlie", departments=["sales"])


@pytest.fixture
def gail(db: None) -> Any:
    """A guest."""
    return _person("gail", kind="guest")


@pytest.fixture
def ivan(db: None) -> Any:
    """Inactive."""
    return _person("ivan", status="inactive")


@pytest.fixture
def cast(alice: Any, audrey: Any, bob: Any, charlie: Any, gail: Any, ivan: Any) -> dict[str, Any]:
    """All of them, by login."""
    return {each.login: each for each in (alice, audrey, bob, charlie, gail, ivan)}


def post_changed(client: Any, address: str, fields: dict[str, Any]) -> Any:
    """The answer to the form of one thing, opened now and sent with these FIELDS."""
    return client.post(address, {"opened": client.get(address).context["form"]["opened"].value(), **fields})
