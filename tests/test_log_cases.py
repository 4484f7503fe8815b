"""Logs of shapes that people really have, where they lie beside the checkout: what is right stands in their README."""

import datetime
from collections.abc import Sequence
from pathlib import Path

import pytest

from seatwise.lib.days import day_of
from seatwise.logs.detection import note_wrappers
from seatwise.logs.facts import Facts
from seatwise.logs.formats import parse_format
from seatwise.logs.gathering import LoginRules
from seatwise.logs.inputs import UnreadableInput
from seatwise.logs.places import find_inputs
from seatwise.logs.reading import Source, read, read_inputs
from seatwise.logs.rules import Zones

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "logs"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="shared/cases is not beside this checkout")

AS_OF = day_of(datetime.date(2025, 10, 12))
ENVOY = "json:time=start_time,user=user,method=method,path=path,status=response_code"
ATLASSIAN = "%t %{X-AUSERNAME}o %I %h %r %s %Dms %b %{Referer}i %{User-Agent}i"
BARE_NAMES = "json:time=t,user=u,request=r,status=s"
CORP = {f"CORP\\{name}": 1 for name in ("bob", "nina", "tanaka", "xavier", "adam")}

RIGHT = [  # file, format, access days by login, lines by reason
    ("01.log", "auto", {"alice": 1, "bob": 1}, {"anonymous": 1}),
    ("02.log", "auto", {"alice": 2}, {"anonymous": 2}),
    ("03.log", "auto", {"alice": 1}, {"anonymous": 1}),
    ("05.log", "auto", {"alice": 1}, {"anonymous": 1}),
    ("33.log", "auto", {"alice": 1}, {"anonymous": 1}),
    ("06.log", "auto", CORP, {}),
    ("06b.log", "auto", {"CORP\\bob_x": 1}, {}),
    ("06c.log", "auto", {"CORP\\bob": 1}, {}),
    ("07.log", "auto", {"alice": 1}, {"anonymous": 1}),
    ("08.log", "auto", {"dan": 1}, {"malformed": 3}),
    ("08.log", "combined", {"dan": 1}, {"malformed": 3}),
    ("09.log", "auto", {"alice": 1}, {"malformed": 1}),
    ("10b.log.gz", "auto", {"alice": 1, "bob": 1}, {}),
    ("11.log", "auto", {"CORP\\alice": 1}, {"anonymous": 4}),
    ("12.log", "auto", {"bob": 1}, {"malformed": 1}),
    ("14b.log", "auto", {"alice": 1}, {}),
    ("15.log", "auto", {"alice": 1}, {}),
    ("18.log", ENVOY, {"alice": 1, "bob": 1}, {"anonymous": 1}),
    ("20.log", "json:time=time,user=remote_user,request=request,status=status", {"carol": 1}, {"malformed": 3}),
    ("22b.log", "auto", {"alice": 1}, {}),
    ("23.log", ATLASSIAN, {"alice": 1}, {"anonymous": 1}),
    ("23.log", "auto", {"alice": 1}, {"anonymous": 1}),
    ("26.log", "auto", {"alice": 1}, {"anonymous": 1}),
    ("30.log", "auto", {"alice@example.com": 1}, {"anonymous": 1}),
    ("90-cov1970.log", "auto", {"alice": 2}, {"anonymous": 1}),
    ("dirs/debian", "auto", {"alice": 10, "bob": 5, "carol": 10}, {}),
    ("dirs/iis", "auto", {"alice": 2}, {}),
    ("dirs/mixed", "auto", {"alice": 10, "zoe": 1}, {"anonymous": 1}),
]


def days_by_login(facts: Facts) -> dict[str, int]:
    """How many access days each login has."""
    return {login.login: sum(mask.bit_count() for mask in login.days.values()) for login in facts.logins.values()}


def read_case(name: str, form: str = "auto") -> Facts:
    """The facts of a case."""
    if form == "auto":
        return read([str(CASES / name)], today=AS_OF)
    inputs = find_inputs([str(CASES / name)])
    note_wrappers(inputs, parse_format(form))
    return read_inputs(inputs, Source(parse_format(form), Zones("UTC"), logins=LoginRules(), today=AS_OF))


@pytest.mark.parametrize(("name", "form", "days", "reasons"), RIGHT)
def test_a_log_of_a_shape_that_people_have_is_read_right(
    name: str, form: str, days: dict[str, int], reasons: dict[str, int]
) -> None:
    facts = read_case(name, form)
    assert days_by_login(facts) == days
    for reason, count in reasons.items():
        assert facts.account.reasons[reason] == count
    if "malformed" not in reasons and name != "22b.log":
        assert facts.account.reasons["malformed"] == 0


def test_unusual_times_are_read_or_malformed_but_nobody_is_invented() -> None:
    facts = read_case("44.log", BARE_NAMES)
    assert set(days_by_login(facts).values()) == {1}
    assert facts.account.reasons["access"] + facts.account.reasons["malformed"] == facts.account.lines


def test_a_line_of_1970_makes_no_decades_of_idleness() -> None:
    facts = read_case("90-cov1970.log")
    assert facts.gaps()[0][0] == 1
    assert facts.gaps()[0][1] > 20_000


@pytest.mark.parametrize(("folder", "skipped"), [("debian", ["error.log"]), ("iis", ["httperr1.log"]), ("mixed", [])])
def test_what_is_no_access_log_in_a_directory_is_named(folder: str, skipped: Sequence[str]) -> None:
    said = [str(notice) for notice in read_case(f"dirs/{folder}").account.passed_over]
    assert [Path(text.split(":")[0]).name for text in said] == list(skipped)


def test_gzip_followed_by_garbage_is_an_error_that_says_so() -> None:
    with pytest.raises(UnreadableInput, match="uncompressed data follows the compressed data"):
        read_case("36c.log.gz")
