"""Running one reader in its own process: what it found, how long it took, how much memory it needed."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.scratch import HERE

SLOW = 30.0  # seconds; what takes longer is run once
ROUNDS = 5


@dataclass(frozen=True)
class Run:
    """One run. `seconds` is the job, `start` what the process needed beside it (interpreter, imports, loading)."""

    answer: int
    seconds: float
    start: float
    megabytes: float  # of the largest process, mapped files included


@dataclass
class Reader:
    """One way of doing a job, and its runs. It prints its answer, and the seconds if it has a start to leave out.

    `words` finds these two, or the answer alone, in what it prints.
    """

    name: str
    command: Sequence[str]
    remark: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    words: Callable[[str], list[str]] = str.split
    runs: list[Run] = field(default_factory=list)
    error: str = ""

    @property
    def answer(self) -> int:
        """What it found."""
        return self.runs[0].answer

    @property
    def seconds(self) -> float:
        """What the job takes: the median of the runs."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def whole(self) -> float:
        """What the whole process takes, in seconds: the median of the runs."""
        return statistics.median(run.seconds + run.start for run in self.runs)

    @property
    def spread(self) -> float:
        """How much longer the slowest run took than the quickest, as a ratio."""
        return max(run.seconds for run in self.runs) / min(run.seconds for run in self.runs)

    @property
    def megabytes(self) -> float:
        """The most memory any run needed."""
        return max(run.megabytes for run in self.runs)

    def wants_more(self) -> bool:
        """Whether another run is worth its time."""
        return not self.error and len(self.runs) < ROUNDS and not any(run.seconds > SLOW for run in self.runs)


def run(reader: Reader) -> None:
    """Run a reader once more and note what came of it."""
    with tempfile.NamedTemporaryFile("r") as report:
        command = [sys.executable, "-I", "-S", str(HERE / "timed.py"), report.name, *reader.command]
        environment = {**os.environ, **reader.environment}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        wall, peak, status = (float(word) for word in (report.read() or "0 0 1").split())
    if status != 0 or not done.stdout:
        reader.error = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        return
    words = reader.words(done.stdout)
    seconds = float(words[1]) if len(words) > 1 else wall
    reader.runs.append(Run(int(words[0]), seconds, wall - seconds, peak / 1e6))


def measure(readers: Sequence[Reader]) -> None:
    """Run all readers in turns, so that a noisy minute does not fall upon one of them alone."""
    for turn in range(1, ROUNDS + 1):
        for reader in readers:
            if reader.wants_more():
                run(reader)
                done = reader.error or f"{reader.runs[-1].seconds:.2f} s, answer {reader.runs[-1].answer}"
                print(f"  {turn}: {reader.name}: {done}", flush=True)
