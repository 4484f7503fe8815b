"""What is odd about the logins of a log is said, and what is usual is not."""

from pathlib import Path

import pytest

from seatwise.logs.notices import InputCode
from seatwise.logs.reading import read
from seatwise.logs.tests.samples import TODAY, combined


@pytest.mark.parametrize(
    ("logins", "said"),
    [
        (["Alice Doe", "Bob Roe", "carol"], "Most logins contain spaces or bars (2 of 3)"),
        (["alice|wiki", "bob|wiki"], "Most logins contain spaces or bars (2 of 2)"),
        (["Alice Doe", "bob", "carol"], ""),
        (["Alice Doe"], ""),
        ([f"{number:032x}" for number in range(40)], "nearly as many logins as accesses (40 and 40)"),
        ([f"user{number}" for number in range(40)] * 3, ""),
        ([f"user{number}" for number in range(19)], ""),
        ([], ""),
        (["-", "-", "-"], "No line names a user (3 lines)"),
        (["-", "alice"], ""),
        (["%E5%B1%B1", "a%20b", "50%"], "escapes such as %20 (2)"),
        (["m\\xfcller", "\\xe5\\xb1\\xb1"], "bytes that are not UTF-8 (1, shown as"),
    ],
)
def test_logins_that_are_perhaps_none_are_warned_of(logins: list[str], said: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"".join(map(combined, logins)))
    found = [str(notice) for notice in read([str(tmp_path / "log")], today=TODAY).account.said]
    assert len(found) == bool(said)
    assert said in "".join(found)


@pytest.mark.parametrize(("statuses", "said"), [([500, 302], True), ([500, 200], False), ([404], True), ([], True)])
def test_a_log_by_which_nobody_ever_got_anything_is_warned_of(statuses: list[int], said: bool, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"".join(combined(status=status) for status in [*statuses, 401]))
    found = [notice.code for notice in read([str(tmp_path / "log")], format="combined", today=TODAY).account.said]
    assert (InputCode.NO_ACCESS in found) == said
