"""The facts of real logs. They are not part of the project: ../shared/data beside it, where present."""

import datetime
import gzip
from pathlib import Path

import pytest

from seatwise.lib.days import count_between, day_of, last_until
from seatwise.logs import engine
from seatwise.logs.facts import Facts
from seatwise.logs.formats import parse_format
from seatwise.logs.gathering import LoginRules
from seatwise.logs.named_formats import NAMED
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import Source, read, read_inputs
from seatwise.logs.rules import Rules, Zones
from seatwise.logs.tests.guarded_answers import answer_of
from seatwise.logs.tests.samples import ENGINES

DATA = Path(__file__).parents[2] / "shared" / "data"
TODAY = day_of(datetime.date(2026, 11, 25))

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared/data is not beside the project")


def facts_of(place: Path, written: str = "combined", zone: str = "UTC", *, exact: bool = False) -> Facts:
    """The facts of a log, interpreted."""
    form = parse_format(written)
    how = Source(form, Zones(zone), Rules(), LoginRules(exact=exact), today=TODAY)
    return read_inputs(find_inputs([str(place)]), how, by=engine.fastest())


def reasons(facts: Facts) -> dict[str, int]:
    """The reasons that there are."""
    return {name: count for name, count in facts.account.reasons.items() if count}


def history(name: str, folder: Path, *, until: datetime.date | None = None) -> Path:
    """A git history as a combined log, as shared/tools/git_to_log.py makes it."""
    lines = []
    with gzip.open(DATA / "git" / f"{name}.tsv.gz", "rt", encoding="utf-8", errors="surrogateescape") as rows:
        for row in rows:
            author, authored, _ = row.rstrip("\n").split("\t")
            when = datetime.datetime.fromisoformat(authored)
            if until is None or when.astimezone(datetime.timezone(datetime.timedelta(hours=9))).date() <= until:
                stamp = when.strftime("%d/%b/%Y:%H:%M:%S %z")
                lines.append(f'192.0.2.1 - {author} [{stamp}] "GET /k/ HTTP/1.1" 200 1024 "-" "-"\n')
    path = folder / f"{name}.log"
    path.write_bytes("".join(lines).encode("utf-8", "surrogateescape"))
    return path


HISTORIES = {
    "wagtail": (20_624, 1_129, {"UTC": 8_169, "Asia/Tokyo": 8_466, "Asia/Kolkata": 8_230, "America/New_York": 8_182}),
    "warehouse": (9_028, 464, {"UTC": 4_505, "Asia/Tokyo": 4_540, "Asia/Kolkata": 4_549, "America/New_York": 4_482}),
}


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("wagtail", "Asia/Tokyo"),
        *(("warehouse", zone) for zone in ("UTC", "Asia/Tokyo", "Asia/Kolkata", "America/New_York")),
    ],
)
def test_the_user_days_of_real_people_are_exact_in_every_zone(name: str, zone: str, tmp_path: Path) -> None:
    lines, logins, user_days = HISTORIES[name]
    facts = facts_of(history(name, tmp_path), zone=zone)
    assert reasons(facts) == {"access": lines}
    assert (len(facts.logins), facts.user_days) == (logins, user_days[zone])


@pytest.mark.parametrize(
    ("name", "logins", "active", "days", "most", "dormant"),
    [("wagtail", 963, 29, 59, 13, 912), ("warehouse", 407, 13, 40, 9, 386)],
)
def test_the_facts_as_of_a_day_are_exact(
    name: str, logins: int, active: int, days: int, most: int, dormant: int, tmp_path: Path
) -> None:
    as_of = day_of(datetime.date(2024, 6, 30))
    facts = facts_of(history(name, tmp_path), zone="Asia/Tokyo")
    last = [last_until(login.days, as_of) for login in facts.logins.values()]
    counts = [count_between(login.days, as_of - 29, as_of) for login in facts.logins.values()]
    assert sum(day is not None for day in last) == logins
    assert (sum(map(bool, counts)), sum(counts), max(counts)) == (active, days, most)
    assert sum(day is not None and day < day_of(datetime.date(2024, 4, 1)) for day in last) == dormant


def test_the_real_servers_logs_are_read_exactly() -> None:
    folder = DATA / "weblogs" / "real-servers"
    apache = facts_of(folder / "apache-combined.log")
    assert reasons(apache) == {"anonymous": 2, "failed": 2, "access": 20}
    assert len(apache.logins) == 17
    assert len(facts_of(folder / "apache-combined.log", exact=True).logins) == 20
    assert reasons(facts_of(folder / "nginx-combined.log")) == {"anonymous": 3, "failed": 23}
    nginx_json = facts_of(folder / "nginx-json.log", "json:time=t,user=u,request=r,status=s")
    assert set(reasons(nginx_json)) <= {"anonymous", "failed"}
    caddy = facts_of(folder / "caddy-json.log", "caddy")
    assert caddy.account.reasons["malformed"] == 0
    assert not any("mozilla" in login for login in caddy.logins)
    assert "alice" in caddy.logins
    assert {login for login in apache.logins if "山" in login} == {login for login in caddy.logins if "山" in login}


def test_nobody_is_signed_in_in_the_elastic_log() -> None:
    facts = facts_of(DATA / "weblogs" / "elastic-apache_logs.gz")
    assert reasons(facts) == {"malformed": 1, "anonymous": 9_999}
    assert facts.logins == {}


def test_sign_ins_of_real_identity_providers_are_found() -> None:
    crowdsec = DATA / "weblogs" / "crowdsec"
    authelia = read([str(crowdsec / "authelia-logs--authelia-logs.log")], today=TODAY)
    assert reasons(authelia) == {"anonymous": 4, "failed": 20, "access": 6}
    assert list(authelia.logins) == ["realuser"]
    assert reasons(read([str(crowdsec / "keycloak-logs--keycloak-logs.log")], today=TODAY)) == {"failed": 7}


def test_other_samples_are_read() -> None:
    facts = read([str(DATA / "weblogs" / "apachelogs-vhost_combined.log")], today=TODAY)
    assert reasons(facts) == {"anonymous": 6, "malformed": 1}  # the line "Bad line"
    facts = facts_of(DATA / "weblogs" / "logstash-httpd-lines.log")
    assert reasons(facts) == {"anonymous": 1, "failed": 1, "malformed": 1}  # the last has "-" for its status


@pytest.mark.parametrize("name", NAMED)
def test_every_line_of_twenty_five_servers_is_counted_in_some_reason(name: str) -> None:
    """And both readers agree about each of them."""
    form = parse_format(name)
    how = Source(form, Zones("UTC"), Rules(), LoginRules(), today=TODAY)
    files = sorted((DATA / "weblogs" / "crowdsec").iterdir())
    assert files
    for file in files:
        one, other = (read_inputs(find_inputs([str(file)]), how, by=by) for by in ENGINES)
        assert answer_of(one) == answer_of(other), file.name
        assert one.account.lines == sum(one.account.reasons.values())
