"""Logs to measure with: thirty days of an invented portal, as combined log and as Caddy's JSON, the same every time."""

import gzip
import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

FIRST_SECOND = 1_717_200_000  # 2024-06-01 00:00 UTC
SECONDS = 30 * 86_400
LOGINS = 20_000
BLOCK = 50_000  # lines made at a time
VERSION = 1  # of what the logs hold; part of their names, so that older ones are not taken for new ones

TARGETS = {
    "/k/": 8,
    "/k/12/": 8,
    "/k/12/show?record=33": 9,
    "/k/12/show?file=report.js": 1,
    "/k/#/portal": 3,
    "/k/theme/custom.css": 4,
    "/k/v1/records.json?app=12&query=x": 6,
    "/g/cabinet/index.csp": 4,
    "/assets/app-3f2a.js": 20,
    "/assets/app.css": 10,
    "/img/logo.png": 10,
    "/login": 3,
}
METHODS = {"GET": 86, "POST": 10, "HEAD": 2, "PUT": 2}
STATUSES = {200: 80, 304: 8, 302: 5, 401: 3, 404: 3, 500: 1}
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36",
    "curl/8.4.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15",
)


class Request(NamedTuple):
    """What was asked for, and what came of it."""

    method: str
    target: str
    status: int


Row = tuple[int, int, str, Request]  # number of the line, its second, login ("" for nobody), request


def login_pool(rng: random.Random) -> list[str]:
    """Logins to draw from: nobody in one of four cases, some people often and some seldom."""
    people = [f"user{i:06d}@example.com" for i in range(LOGINS)]
    drawn = rng.choices(people, [rng.lognormvariate(0, 1.2) for _ in people], k=1 << 18)
    return [login if rng.random() >= 0.25 else "" for login in drawn]


def request_pool(rng: random.Random) -> list[Request]:
    """Requests to draw from, as often as their parts are."""
    count = 1 << 14
    targets = rng.choices(list(TARGETS), list(TARGETS.values()), k=count)
    methods = rng.choices(list(METHODS), list(METHODS.values()), k=count)
    statuses = rng.choices(list(STATUSES), list(STATUSES.values()), k=count)
    return [Request(*parts) for parts in zip(methods, targets, statuses, strict=True)]


def blocks(lines: int) -> Iterator[list[Row]]:
    """The rows of a log of so many lines, spread evenly over thirty days, in order of time."""
    rng = random.Random(1)
    logins, requests = login_pool(rng), request_pool(rng)
    for first in range(0, lines, BLOCK):
        numbers = range(first, min(first + BLOCK, lines))
        seconds = [FIRST_SECOND + number * SECONDS // lines for number in numbers]
        drawn = rng.choices(logins, k=len(numbers)), rng.choices(requests, k=len(numbers))
        yield list(zip(numbers, seconds, *drawn, strict=True))


def combined(rows: list[Row]) -> str:
    """The rows as the combined format of nginx and Apache writes them."""
    ends = [f'"https://portal.example.com/" "{agent}"\n' for agent in AGENTS]
    clock = {second: time.strftime("%d/%b/%Y:%H:%M:%S", time.gmtime(second)) for second in {row[1] for row in rows}}
    return "".join(
        [
            f"10.{i * 31 % 256}.{i * 7919 % 251}.{i % 97} - {login or '-'} [{clock[second]} +0000] "
            f'"{request.method} {request.target} HTTP/1.1" {request.status} {500 + i * 7919 % 60_013} {ends[i % 3]}'
            for i, second, login, request in rows
        ]
    )


def caddy(rows: list[Row]) -> str:
    """The rows as Caddy writes them."""
    agents = [json.dumps(agent) for agent in AGENTS]
    return "".join(
        [
            f'{{"level":"info","ts":{second}.{i % 1000:03d}517,"logger":"http.log.access.log0","msg":"handled request",'
            f'"request":{{"remote_ip":"10.{i * 31 % 256}.{i * 7919 % 251}.{i % 97}",'
            f'"remote_port":"{40000 + i % 20000}",'
            f'"proto":"HTTP/2.0","method":"{request.method}","host":"portal.example.com","uri":"{request.target}",'
            f'"headers":{{"User-Agent":[{agents[i % 3]}],"Accept":["text/html","*/*"],"Accept-Encoding":["gzip, br"],'
            '"Referer":["https://portal.example.com/"]},"tls":{"resumed":false,"version":772,"cipher_suite":4865,'
            f'"proto":"h2","server_name":"portal.example.com"}}}},"bytes_read":0,"user_id":"{login}",'
            f'"duration":0.00{1000 + i * 31 % 9000},"size":{500 + i * 7919 % 60_013},"status":{request.status},'
            '"resp_headers":{"Server":["Caddy"],"Content-Type":["text/html; charset=utf-8"]}}\n'
            for i, second, login, request in rows
        ]
    )


def made(path: Path, make: Callable[[Path], None]) -> Path:
    """The file at `path`, made unless it is there from an earlier run."""
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        make(unfinished)
        unfinished.rename(path)
    return path


def log(directory: Path, kind: str, lines: int) -> Path:
    """A log of so many lines; `kind` is combined or caddy."""
    render = {"combined": combined, "caddy": caddy}[kind]

    def make(path: Path) -> None:
        with path.open("w", encoding="ascii", newline="") as out:
            for rows in blocks(lines):
                out.write(render(rows))

    return made(directory / f"{kind}-{lines}-v{VERSION}.log", make)


def packed(path: Path) -> Path:
    """The log packed by gzip, as logrotate does it."""

    def make(target: Path) -> None:
        with path.open("rb") as plain, gzip.open(target, "wb", compresslevel=6) as out:
            shutil.copyfileobj(plain, out, 1 << 20)

    return made(path.with_suffix(".log.gz"), make)
