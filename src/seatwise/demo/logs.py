"""The logs of the demo: 13 months of an nginx before kintone and of a Caddy before the wiki, a file for each month."""

import csv
import datetime
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from seatwise.demo.people import HEADINGS, DemoPerson, everybody
from seatwise.lib import days

MONTHS = 13
OFFSET = datetime.timezone(datetime.timedelta(hours=9))  # Asia/Tokyo
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
STRANGERS = ("temp.staff", "k-yamashita-old")  # logins that nobody in the directory has
KINTONE = ("/k/", "/k/12/", "/k/12/show?record=33", "/k/#/portal", "/k/7/edit")
WIKI = ("/", "/pages/welcome", "/pages/minutes/2026", "/search?q=plan")

Writer = Callable[[random.Random, datetime.datetime, str], str]


def nginx_line(rnd: random.Random, moment: datetime.datetime, login: str, path: str, status: int = 200) -> str:
    return (
        f"192.0.2.{rnd.randrange(1, 255)} - {login} [{moment:%d/%b/%Y:%H:%M:%S %z}] "
        f'"GET {path} HTTP/1.1" {status} {rnd.randrange(400, 9000)} "-" "{AGENT}"\n'
    )


def caddy_line(rnd: random.Random, moment: datetime.datetime, login: str, path: str, status: int = 200) -> str:
    request = {"method": "GET", "host": "wiki.example.com", "uri": path, "headers": {"User-Agent": [AGENT]}}
    line = {"ts": moment.timestamp(), "request": request, "user_id": login, "status": status}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def chance(pattern: str, login: str, ago: int, weekday: int) -> float:
    """How likely somebody with this pattern has an access on a day so many days ago (weekday 0 is Monday)."""
    working = 1.0 if weekday < 5 else 0.04
    if pattern == "daily":
        return 0.9 * working
    if pattern == "weekly":
        return 0.25 * working
    if pattern == "rare":
        return 0.05 * working
    if pattern == "long ago":
        return 0.3 * working if ago > 50 + sum(map(ord, login)) * 37 % 250 else 0.0
    if pattern == "new":
        return 0.7 * working if ago < 12 else 0.0
    if pattern == "part time":
        return 0.8 if weekday in (1, 3) else 0.0
    if pattern == "on leave":
        return 0.8 * working if ago > 45 else 0.0
    return 0.0


def lines_of_day(
    rnd: random.Random, people: list[DemoPerson], service: str, day: int, ago: int
) -> Iterator[tuple[datetime.datetime, str]]:
    """The lines of one service on one day, with their times."""
    line, paths = (nginx_line, KINTONE) if service == "kintone" else (caddy_line, WIKI)
    midnight = datetime.datetime.combine(days.date_of(day), datetime.time(), OFFSET)
    weekday = midnight.weekday()

    def at(first: int, last: int) -> datetime.datetime:
        return midnight + datetime.timedelta(seconds=rnd.randrange(first * 3600, last * 3600))

    for person in people:
        if person.pattern == "api only" and service == "kintone":
            moment = at(1, 5)
            yield moment, line(rnd, moment, person.login, "/k/v1/records.json?app=12")
        uses = service in person.services or person.kind == "guest"
        if uses and rnd.random() < chance(person.pattern, person.login, ago, weekday):
            moment = at(7, 20)
            yield moment, line(rnd, moment, person.login, rnd.choice(paths))
            moment += datetime.timedelta(seconds=2)
            yield moment, line(rnd, moment, person.login, "/assets/app.js")
    if weekday < 5:
        moment = at(9, 17)
        yield moment, line(rnd, moment, STRANGERS[day % 2], rnd.choice(paths))
        moment = at(9, 17)
        yield moment, line(rnd, moment, "charlie", rnd.choice(paths), 401)
    moment = at(0, 24)
    yield moment, line(rnd, moment, "-" if service == "kintone" else "", "/robots.txt")


def gap_days(today: int) -> set[int]:
    """The days on which the wiki's server kept no log: two of them in the last 30, a week half a year ago."""
    return {today - 20, today - 19, *range(today - 187, today - 180)}


def write_logs(directory: Path, today: int, seed: int = 1) -> list[Path]:
    """Write the logs up to yesterday into a directory; the files, oldest first. The same for the same day and seed.

    Around a gap the wiki's log is cut in two, as it would be by a server that was set up anew.
    """
    people = everybody(seed)
    written: list[Path] = []
    for service in ("kintone", "wiki"):
        gaps = gap_days(today) if service == "wiki" else set()
        months: dict[str, list[str]] = {}
        rnd = random.Random(seed + len(service))  # noqa: S311
        part = 0
        first = days.first_day_of(days.month_of(today) - MONTHS + 1)
        for day in range(first, today):
            if day in gaps:
                part += day - 1 not in gaps
                continue
            name = f"{service}-{days.date_of(day):%Y-%m}" + (f"-{part}" if part else "") + ".log"
            found = sorted(lines_of_day(rnd, people, service, day, today - day))
            months.setdefault(name, []).extend(line for _, line in found)
        for name, lines in months.items():
            written.append(write_log(directory / service / name, "".join(lines), packed=len(written) % 3 == 0))
    return written


def write_log(path: Path, text: str, *, packed: bool) -> Path:
    """Write one log, gzipped if `packed`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if packed:
        path = path.with_name(path.name + ".gz")
        path.write_bytes(gzip.compress(text.encode(), 6, mtime=0))
    else:
        path.write_bytes(text.encode())
    return path


def people_csv(seed: int = 1) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(person.cells() for person in everybody(seed))
    return ("\ufeff" + out.getvalue()).encode()
