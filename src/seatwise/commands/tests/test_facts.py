"""`seatwise facts`, and what `report` and `ingest` make of its files."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import zstandard

from seatwise.commands.facts import share_of
from seatwise.commands.tests.conftest import Done, Run, set_up_site
from seatwise.commands.tests.test_ingest import LOG, PEOPLE
from seatwise.commands.what_was_read import read_files
from seatwise.logs.places import find_inputs
from seatwise.logs.tests.samples import combined

FILES = {
    "access.log": combined("ann", time="20/Nov/2026:12:00:00 +0000"),
    "access.log.1": combined("ANN", time="10/Nov/2026:12:00:00 +0000") + b"garbage\n",
    "access.log.2": combined("ben", time="01/Nov/2026:12:00:00 +0000") * 3,
    "other.log": combined("carol", "GET /api/x HTTP/1.1", time="21/Nov/2026:12:00:00 +0000"),
}


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)


def test_a_report_of_shards_in_any_order_and_with_repeats_is_that_of_the_logs(run: Run, tmp_path: Path) -> None:
    logs = sorted(str(tmp_path / name) for name in FILES)
    for number in (1, 2, 3):
        done = run("facts", *logs, "--format", "combined", "--shard", f"{number}/3", "-o", f"{number}.facts")
        assert (done.code, done.out) == (0, "")
    for output in ("json", "csv", "table"):
        at_once = run("report", *logs, "--format", "combined", "--output", output)
        in_parts = run("report", "3.facts", "1.facts", "2.facts", "--output", output)
        assert in_parts == at_once
        repeated = run("report", "1.facts", "3.facts", "2.facts", "1.facts", "--output", output)
        assert (repeated.code, repeated.out) == (0, at_once.out)
        said, rest = repeated.err.split("\n", 1)
        assert said.startswith("Files that are in more than one part and count once: 2 (")
        assert rest == at_once.err


def test_what_was_written_is_said_in_a_line(run: Run) -> None:
    done = run("facts", "access.log*", "-o", "x.facts", "--format", "combined")
    assert done == Done(0, "", "x.facts: 3 files, 6 lines, 2 logins.\n")


def test_a_missing_shard_is_named_and_a_share_of_nothing_is_a_part_too(run: Run) -> None:
    for number in (1, 3, 5):
        assert run("facts", *FILES, "--format", "combined", "--shard", f"{number}/5", "-o", f"{number}.facts").code == 0
    done = run("report", "1.facts", "3.facts", "5.facts")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "seatwise report: These shards are missing: 2/5, 4/5. Nothing was counted. Add their fact files.\n"
    )
    for number in (2, 4):
        assert run("facts", *FILES, "--format", "combined", "--shard", f"{number}/5", "-o", f"{number}.facts").code == 0
    assert run("report", *(f"{number}.facts" for number in range(1, 6))).code == 0


def test_every_file_is_in_one_share_whatever_order_they_are_given_in(run: Run) -> None:
    inputs = find_inputs(sorted(FILES))
    orders = (inputs, inputs[::-1], inputs[1:] + inputs[:1])
    shares = [share_of(order, (number, 3)) for number, order in enumerate(orders, 1)]
    assert sorted(found.name for share in shares for found in share.files) == sorted(FILES)
    assert len({share.shard.listing for share in shares}) == 1


def rotate() -> None:
    """Rotate access.log and its older ones, which stay as many."""
    Path("access.log.1").replace("access.log.2")
    Path("access.log").replace("access.log.1")
    Path("access.log").write_bytes(combined("dora", time="22/Nov/2026:12:00:00 +0000"))


def test_shards_between_which_logs_were_rotated_are_not_put_together(run: Run) -> None:
    assert run("facts", "access.log*", "--format", "combined", "--shard", "1/2", "-o", "1.facts").code == 0
    rotate()
    assert run("facts", "access.log*", "--format", "combined", "--shard", "2/2", "-o", "2.facts").code == 0
    done = run("report", "1.facts", "2.facts")
    assert (done.code, done.out) == (1, "")
    assert "1/2, 2/2. The shards come from different lists of files, or logs were rotated" in done.err


def test_a_shard_whose_files_were_rotated_while_it_was_read_writes_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, login in (("access.log", "ann"), ("access.log.1", "ben"), ("access.log.2", "eve")):
        Path(name).write_bytes(combined(login))

    def late(inputs: Any, *arguments: Any, **more: Any) -> Any:
        rotate()
        return read_files(inputs, *arguments, **more)

    monkeypatch.setattr("seatwise.commands.facts.read_files", late)
    done = run("facts", "access.log*", "--format", "combined", "--shard", "1/2", "-o", "1.facts")
    assert (done.code, done.out) == (1, "")
    assert "access.log changed after it was listed: logs were rotated or changed in the meantime" in done.err
    assert not Path("1.facts").exists()


def test_a_file_that_only_grows_is_the_same_for_all_shards(run: Run) -> None:
    Path("access.log").write_bytes(FILES["access.log"] * 100)
    for number in (1, 2):
        done = run("facts", "access.log*", "--format", "combined", "--shard", f"{number}/2", "-o", f"{number}.facts")
        assert done.code == 0
        Path("access.log").write_bytes(FILES["access.log"] * 200)
    assert run("report", "1.facts", "2.facts").code == 0


@pytest.mark.parametrize("share", ["0/3", "4/3", "3", "a/b", "1/0", "-1/3", "1/3/4", "１/３"])
def test_a_share_that_is_none_is_refused(run: Run, share: str) -> None:
    done = run("facts", "access.log", "-o", "x.facts", f"--shard={share}")
    assert done.code == 2
    assert "is not a share (expected K/N, such as 3/16)" in done.err


def test_a_file_of_facts_is_not_written_where_the_logs_cannot_be_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.gz").write_bytes(b"\x1f\x8b\x08\x00bad")
    done = run("facts", "access.log", "bad.gz", "-o", "x.facts")
    assert (done.code, done.out) == (1, "")
    assert "bad.gz" in done.err
    assert not (tmp_path / "x.facts").exists()
    assert run("facts", "access.log", "-o", ".").code == 2
    assert run("facts", "access.log", "-o", "nowhere/x.facts").code == 1


def test_options_of_reading_are_refused_where_facts_were_made_already(run: Run) -> None:
    assert run("facts", "access.log", "-o", "x.facts", "--time-zone", "Asia/Tokyo", "--exact-logins").code == 0
    done = run("report", "x.facts", "--time-zone", "Asia/Tokyo", "--program", "bot")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("how their logs were read: leave out --time-zone, --program.\n")
    found = run("report", "x.facts")
    assert found.code == 0
    assert "days in Asia/Tokyo." in found.err


def test_logins_are_told_apart_by_the_rules_of_the_parts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("login\nann\n")
    for extra, access_days in ([], 2), (["--exact-logins"], 1):
        assert run("facts", "access.log*", "-o", "x.facts", "--format", "combined", *extra).code == 0
        (user,) = json.loads(run("report", "x.facts", "--users", "people.csv", "--output", "json").out)["users"]
        assert (user["last_access"], user["access_days"]) == ("2026-11-20", access_days)


def test_a_file_that_is_no_access_log_is_passed_over_in_any_shard_and_its_line_is_not_kept(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "error.log").write_text("2026/11/20 12:00:00 [error] 7#7: secret of dora\n" * 9)
    logs = sorted(str(tmp_path / name) for name in (*FILES, "error.log"))
    at_once = run("report", *logs, "--output", "json")
    for number in range(1, 6):
        assert run("facts", *logs, "--shard", f"{number}/5", "-o", f"{number}.facts").code == 0
        assert b"dora" not in zstandard.decompress((tmp_path / f"{number}.facts").read_bytes(), 1 << 20)
    in_parts = run("report", *(f"{number}.facts" for number in range(1, 6)), "--output", "json")
    assert json.loads(in_parts.out)["users"] == json.loads(at_once.out)["users"]
    assert json.loads(in_parts.out)["account"] == json.loads(at_once.out)["account"]
    assert "error.log: no named format fits" in in_parts.err
    assert run("report", *(f"{number}.facts" for number in range(1, 6)), "--strict").code == 1
    done = run("facts", "error.log", "-o", "x.facts")
    assert (done.code, "no named format fits" in done.err) == (1, True)


def test_a_part_made_by_a_clock_that_is_ahead_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setenv("SEATWISE_TODAY", "2027-11-24")
        assert run("facts", "access.log", "-o", "x.facts").code == 0
    done = run("report", "x.facts")
    assert (done.code, done.out) == (1, "")
    assert "access.log was read on 2027-11-24 according to its fact file, which is later than tomorrow" in done.err


class TestIngest:
    """Files of facts into the ledger."""

    pytestmark = pytest.mark.django_db

    @pytest.fixture(autouse=True)
    def _set_up(self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "late.log").write_bytes(LOG)
        (tmp_path / "people.csv").write_text(PEOPLE)
        commands = (
            ("service", "add", "wiki", "--name", "Wiki"),
            ("service", "add", "blog", "--name", "Blog"),
            ("source", "add", "nginx", "--service", "wiki", "--format", "combined", "--program", "zoe"),
            ("import-users", "people.csv", "--yes"),
        )
        set_up_site(run, monkeypatch, commands)

    def ledger(self) -> dict[str, object]:
        """All that an import leaves behind, but its number and files."""
        from seatwise.ledger.models import AccessMonth, Coverage, LogImport, ServiceAccount, Usage

        about = ("service__code", "month", "login__written", "days", "program_days")
        account = ServiceAccount.objects.latest("pk")
        return {
            "months": sorted(AccessMonth.objects.values_list(*about)),
            "coverage": sorted(Coverage.objects.values_list("service__code", "month", "days")),
            "usage": sorted(Usage.objects.values_list("service__code", "user", "last_day", "bits")),
            "account": {
                name: value
                for name, value in vars(account).items()
                if name not in ("_state", "id", "log_import_id", "samples")
            },
            "format": LogImport.objects.latest("pk").format,
        }

    def options(self, run: Run) -> list[list[str]]:
        """What is printed as the options of `seatwise facts`, one list for each line."""
        done = run("source", "options", "nginx")
        assert done.code == 0
        return [shlex.split(line)[5:] for line in done.out.splitlines()]

    def test_parts_made_with_the_printed_options_give_the_same_ledger_as_the_logs(self, run: Run) -> None:
        from seatwise.ledger.models import LogImport

        (options,) = self.options(run)
        logs = [*FILES, "late.log"]
        for number in (1, 2):
            assert run("facts", *logs, "--shard", f"{number}/2", "-o", f"{number}.facts", *options).code == 0
        assert run("ingest", "nginx", "2.facts", "1.facts", "2.facts") == (0, "", "")
        from_parts = self.ledger()
        assert LogImport.objects.latest("pk").files == ["2.facts", "1.facts", "2.facts"]
        assert run("ingest", "nginx", "1.facts", "2.facts").code == 0
        assert self.ledger() == from_parts
        assert run("ingest", "nginx", *logs).code == 0
        assert self.ledger() == from_parts

    def test_a_shard_that_is_missing_or_other_rules_merge_nothing(self, run: Run) -> None:
        from seatwise.ledger.models import AccessMonth, LogImport

        (options,) = self.options(run)
        run("facts", *FILES, "--shard", "1/2", "-o", "1.facts", *options)
        done = run("ingest", "nginx", "1.facts")
        assert (done.code, "These shards are missing: 2/2." in done.err) == (1, True)
        run("facts", *FILES, "-o", "x.facts", "--format", "combined", "--api", "/x")
        done = run("ingest", "nginx", "x.facts")
        assert done.code == 1
        assert "x.facts was made with different rules than nginx 1: --api: /x / */api/*, " in done.err
        assert "--program: – / zoe. Nothing was counted." in done.err
        assert not AccessMonth.objects.exists()
        assert set(LogImport.objects.values_list("state", flat=True)) == {"failed"}

    def test_what_there_is_to_say_about_parts_is_kept_with_the_import(self, run: Run) -> None:
        from seatwise.ledger.models import LogImport

        (options,) = self.options(run)

        for number, logs in enumerate((["access.log", "access.log.1"], ["access.log"])):
            assert run("facts", *logs, "-o", f"{number}.facts", *options).code == 0
        assert run("ingest", "nginx", "0.facts", "1.facts").code == 0
        (said,) = LogImport.objects.latest("pk").remarks
        assert (said["code"], said["values"]["count"]) == ("PartCode.REPEATED", 1)

    def test_a_part_made_by_a_clock_that_is_ahead_merges_nothing(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (options,) = self.options(run)
        with monkeypatch.context() as patched:
            patched.setenv("SEATWISE_TODAY", "2027-11-24")
            assert run("facts", "access.log", "-o", "x.facts", *options).code == 0
        done = run("ingest", "nginx", "x.facts")
        assert (done.code, "later than tomorrow here. Nothing was counted" in done.err) == (1, True)

    def test_a_part_for_a_source_that_serves_no_service_is_refused(self, run: Run) -> None:
        from seatwise.ledger.models import Serving

        (options,) = self.options(run)
        assert run("facts", "access.log", "-o", "x.facts", *options).code == 0
        Serving.objects.all().delete()
        done = run("ingest", "nginx", "x.facts")
        assert done.code == 1
        assert "The source nginx has no service. Nothing was counted." in done.err

    def test_a_source_of_two_services_takes_parts_of_each(self, run: Run) -> None:
        from seatwise.ledger.models import AccessMonth, Revision, Serving, Source

        revision: Revision = Source.objects.get(code="nginx").revision
        blog = type(revision.servings.get().service).objects.get(code="blog")
        Serving.objects.create(revision=revision, service=blog, screens=["/blog*"], apis=[], assets=[])
        both = self.options(run)
        assert len(both) == 2
        for number, options in enumerate(both):
            assert run("facts", *FILES, "-o", f"{number}.facts", *options).code == 0
        done = run("ingest", "nginx", "0.facts")
        assert done.code == 1
        assert "None of these fact files was made with the rules for the service wiki" in done.err
        assert run("ingest", "nginx", "1.facts", "0.facts").code == 0
        assert set(AccessMonth.objects.values_list("service__code", flat=True)) == {"wiki"}
        assert run("ingest", "nginx", *FILES).code == 0
        assert set(AccessMonth.objects.values_list("service__code", flat=True)) == {"wiki"}
