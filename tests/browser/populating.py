"""Fill a new site by the commands that anybody would use: `python populating.py DIRECTORY TODAY PASSWORD`.

70 people in three departments, two services, 80 days of a log with two missing. Runs as a process of its own, so
that the tests beside it keep their database.
"""

import csv
import datetime
import sys
from pathlib import Path

HEADINGS = ("login", "name", "departments", "role", "language", "employment", "services")
CAST = (
    ("alice", "Alice Martin", "Sales/Tokyo", "administrator", "en", "full time", "kintone wiki"),
    ("aiko", "中村 愛子", "Sales/Osaka", "administrator", "ja", "full time", "kintone"),
    ("bob", "Bob Tanaka", "Sales", "department administrator", "en", "part time 3", "kintone wiki"),
    ("charlie", "Charlie Ito", "Sales/Tokyo", "member", "en", "full time", "kintone"),
)


def people(directory: Path) -> Path:
    """The file of people."""
    path = directory / "people.csv"
    crowd = [
        (f"m{number:02}", f"Member {number}", "Design" if number % 3 else "Sales/Osaka", "member", "en", "", "kintone")
        for number in range(66)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *CAST, *crowd])
    return path


def log(directory: Path, today: datetime.date) -> list[Path]:
    """The log of 80 days in two parts; m05 and every fifth of the crowd never, the others the less the higher."""
    logins = ["alice", "aiko", "bob"] + [f"m{number:02}" for number in range(66) if number % 5]
    parts: dict[str, list[str]] = {"first.log": [], "second.log": []}
    for ago in range(80, 0, -1):
        day = today - datetime.timedelta(days=ago)
        if ago in (11, 12):
            continue
        for number, login in enumerate(logins):
            if ago % (number // 4 + 1) == 0 and ago > number // 2:
                line = f'192.0.2.1 - {login} [{day:%d/%b/%Y}:10:00:00 +0900] "GET /k/ HTTP/1.1" 200 9 "-" "-"\n'
                parts["first.log" if ago > 12 else "second.log"].append(line)
    for name, lines in parts.items():
        (directory / name).write_text("".join(lines), encoding="ascii")
    return [directory / name for name in parts]


def populate(directory: Path, today: datetime.date, password: str) -> None:
    """Fill the site of this environment."""
    from seatwise.commands import run_command

    steps: list[tuple[str, ...]] = [
        ("service", "add", "kintone", "--name", "kintone", "--seats", "80"),
        ("service", "add", "wiki", "--name", "wiki"),
        ("source", "add", "proxy", "--name", "nginx before kintone", "--service", "kintone", "--format", "combined"),
        ("import-users", str(people(directory)), "--yes"),
        ("ingest", "proxy", *map(str, log(directory, today))),
    ]
    for step in steps:
        assert run_command(step) == 0, step
    from seatwise.directory.models import User

    for user in User.objects.filter(login__in=[*(row[0] for row in CAST), "m64"]):
        user.give_password(password, by=None)


if __name__ == "__main__":
    populate(Path(sys.argv[1]), datetime.date.fromisoformat(sys.argv[2]), sys.argv[3])
