"""Do the tests notice? Change one thing at a time in the modules that decide most, and see whether a test fails.

    python -m tools.mutants [part of a module's name]...

Each mutant is tried by the tests of its module that reach its statement, the quickest first, in a process forked once
all is imported and the database made, so that most cost less than a second. What makes no difference to anybody stands
in equivalent.txt, with the reason. (mutmut 3 leaves out functions with decorators: most of those that change something
here.) Ends with 1 where more than one in ten of a module survive.
"""

import itertools
import os
import shutil
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from tools.mutants.changes import Mutant, mutants

ENOUGH = 2000  # calls of a function by one test, after which it is not looked which lines it reaches
SOURCE = Path(__file__).resolve().parents[2] / "src" / "seatwise"
MODULES = {  # and the tests of their app that they are tried by
    "reviews/approval.py": "approval confirmation whole_review",
    "reviews/execution.py": "closing confirmation execution",
    "reviews/completeness.py": "completeness confirmation",
    "reviews/rules.py": "rules expected_days",
    "licenses/seats.py": "seats licenses contracts previewing",
    "licenses/grants.py": "grants licenses effects",
    "seat_requests/ranking.py": "ranking",
    "gate/memory.py": "memory",
}


class Trial:
    """A plugin of pytest: first all tests as they are, noting which lines they reach; then every mutant."""

    def __init__(self, modules: dict[str, set[Path]]) -> None:
        self.modules = modules
        self.files = {str(SOURCE / module) for module in modules}
        self.reached: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self.took: dict[str, float] = {}
        self.failed = self.in_child = False
        self.database = self.kept = Path()
        self.equivalent = _equivalent()
        self.not_found = set(self.equivalent)
        self.code = 0

    def pytest_configure(self) -> None:
        """The same examples each time, and none of them kept."""
        from hypothesis import HealthCheck, settings  # after pytest, which wants to see it imported

        checks = list(HealthCheck)
        settings.register_profile(
            "mutants", derandomize=True, database=None, deadline=None, suppress_health_check=checks
        )
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A failure is the end of a mutant."""
        self.failed |= report.failed
        if self.in_child and report.failed:
            os._exit(1)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of running each test once."""
        for item, following in itertools.zip_longest(session.items, session.items[1:], fillvalue=session.items[0]):
            self._run_as_it_is(item, following)
        if self.failed:
            raise pytest.UsageError("tests fail without any mutant")
        for module, tests in self.modules.items():
            self._try_all(module, [item for item in session.items if item.path in tests])
        for line in sorted(self.not_found):
            if any(line.startswith(f"{module} ") for module in self.modules):
                print(f"not found any more, so strike it from equivalent.txt: {line}")
        return True

    def _run_as_it_is(self, item: pytest.Item, following: pytest.Item) -> None:
        reached, calls = self.reached[item.nodeid], Counter[CodeType]()

        def trace(frame: FrameType, event: str, argument: object) -> Any:
            code = frame.f_code
            if code.co_filename not in self.files or calls[code] > ENOUGH:
                return None
            calls[code] += event == "call"
            reached.add((code.co_filename, frame.f_lineno))
            return trace

        began = time.monotonic()
        threading.settrace(trace)
        sys.settrace(trace)
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        sys.settrace(None)
        threading.settrace(None)
        self.took[item.nodeid] = time.monotonic() - began
        self._keep_database()

    def _keep_database(self) -> None:
        """As it is when it was made: tests with transactions of their own leave it empty."""
        from django.db import connection

        connection.close()
        self.database = Path(str(connection.settings_dict["NAME"]))
        if not self.kept.name and self.database.name == "test.sqlite3":
            self.kept = Path(shutil.copy(self.database, self.database.with_suffix(".kept")))

    def _try_all(self, module: str, items: list[pytest.Item]) -> None:
        name = ".".join(("seatwise", *Path(module).with_suffix("").parts))
        number = equivalent = survived = hung = 0
        self._try_none(module, items)
        for mutant in mutants(SOURCE / module, name):
            if (line := f"{module} {mutant.key}") in self.equivalent:
                self.not_found.discard(line)
                equivalent += 1
                continue
            number += 1
            code = self._comes_of(mutant, str(SOURCE / module), items)
            hung += code < 0
            if code == 2:
                raise pytest.UsageError(f"{module} {mutant.key}: this mutant cannot be made")
            survived += code == 0
            if code <= 0:
                what = "survives" if code == 0 else "hangs: killed, unless the machine was too busy"
                print(
                    f"\n{module}:{mutant.lines.start} {mutant.function} {what}\n  " + "\n  ".join(mutant.diff),
                    flush=True,
                )
        self._try_none(module, items)  # nor does what is left in this process by trying make them fail
        killed = f"{number - survived} killed (of them {hung} hung)"
        print(f"\n{module}: {number} mutants, {killed}, {survived} survive; {equivalent} equivalent", flush=True)
        self.code |= survived * 10 > number

    def _try_none(self, module: str, items: list[pytest.Item]) -> None:
        if self._comes_of(Mutant("", range(1, 1 << 16), [], lambda: None), str(SOURCE / module), items):
            raise pytest.UsageError(f"{module}: the tests fail in a process of their own without any mutant")

    def _comes_of(self, mutant: Mutant, file: str, items: list[pytest.Item]) -> int:
        """0: no test notices; 1: one fails; 2: it cannot even be made; less than 0: the process hung."""
        lines = {(file, line) for line in mutant.lines}
        chosen = [item for item in items if lines & self.reached[item.nodeid]]
        chosen.sort(key=lambda item: (_has_own_transactions(item), self.took[item.nodeid]))
        if self.kept.name:
            shutil.copyfile(self.kept, self.database)
        if not chosen:
            return 0
        child = os.fork()
        if not child:
            self._try(mutant, chosen)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def _try(self, mutant: Mutant, chosen: list[pytest.Item]) -> None:
        self.in_child = True
        chosen[0].config.pluginmanager.unregister(name="terminalreporter")
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        try:
            mutant.apply()
            for item, following in itertools.zip_longest(chosen, chosen[1:], fillvalue=chosen[0]):
                signal.alarm(10 + int(10 * self.took[item.nodeid]))  # what hangs is noticed, too
                item.session._setupstate.teardown_exact(item)
                item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        except BaseException:
            os._exit(2)
        os._exit(0)


def _has_own_transactions(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction"))


def _equivalent() -> set[str]:
    lines = Path(__file__).with_name("equivalent.txt").read_text().splitlines()
    return {line for line, _, why in (each.partition("  # ") for each in lines) if line and why.strip()}


def main(arguments: list[str]) -> int:
    """Try the modules that are named, or all."""
    wanted = [module for module in MODULES if not arguments or any(each in module for each in arguments)]
    tests = {
        module: {SOURCE / Path(module).parent / "tests" / f"test_{name}.py" for name in MODULES[module].split()}
        for module in wanted
    }
    trial = Trial(tests)
    files = sorted({str(file) for each in tests.values() for file in each})
    code = pytest.main(["-q", "-p", "no:randomly", "-p", "no:xdist", *files], plugins=[trial])
    return int(code) or trial.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
