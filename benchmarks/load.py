"""Many requests at once, by wrk where it is installed, else by threads of ours: how many a second, and how long."""

import http.client
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_SCRIPT = """local cookies = {}
for line in io.lines("%s") do table.insert(cookies, line) end
local at = 0
request = function()
  at = at %% #cookies + 1
  return wrk.format("GET", nil, {["Cookie"] = cookies[at]})
end
"""


@dataclass(frozen=True)
class Load:
    """What came of it: answers a second, milliseconds for half of them and for 99 %, and how many were not 2xx."""

    rate: float
    half: float
    most: float
    wrong: int


def by_what() -> str:
    """What makes the requests."""
    return "wrk" if shutil.which("wrk") else "threads of Python"


def load(address: str, cookies: Path, seconds: int, connections: int) -> Load:
    """Ask an address, with the cookies of the file in turns, over so many connections at once."""
    way = _wrk if shutil.which("wrk") else _threads
    return way(address, cookies, seconds, connections)


def _wrk(address: str, cookies: Path, seconds: int, connections: int) -> Load:
    script = cookies.with_suffix(".lua")
    script.write_text(_SCRIPT % cookies)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script), address]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    assert rate, said
    return Load(float(rate[1]), _at(said, 50), _at(said, 99), int(wrong[1]) if wrong else 0)


def _at(said: str, percent: int) -> float:
    found = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", said)
    assert found, said
    return float(found[1]) * _UNITS[found[2]]


def _threads(address: str, cookies: Path, seconds: int, connections: int) -> Load:
    every = cookies.read_text().split()
    taken: list[float] = []
    wrong: list[int] = []
    end = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_keep_asking, args=(address, every[start::connections], end, taken, wrong))
        for start in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.sort()
    return Load(len(taken) / seconds, taken[len(taken) // 2], taken[len(taken) * 99 // 100], len(wrong))


def _keep_asking(address: str, cookies: Sequence[str], end: float, taken: list[float], wrong: list[int]) -> None:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    at = 0
    while time.monotonic() < end:
        began = time.perf_counter()
        connection.request("GET", parts.path or "/", headers={"Cookie": cookies[at % len(cookies)]})
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        if not 200 <= answer.status < 400:
            wrong.append(answer.status)
        at += 1
