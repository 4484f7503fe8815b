"""Fill a new site before its quarterly review: `python reviewing.py DIRECTORY TODAY PASSWORD`.

Sixteen people, a wiki whose seats are all taken, a log of 100 days, and a new colleague who waits for a seat. A process
of its own, as populating.py.
"""

import csv
import datetime
import sys
from pathlib import Path

HEADINGS = ("login", "name", "e-mail", "departments", "role", "language", "employment")
CAST = (
    ("alice", "Alice Martin", "Human Resources", "administrator"),
    ("ken", "Ken Mori", "Human Resources", "administrator"),
    ("lee", "Lee Novak", "Human Resources", "administrator"),
    ("audrey", "Audrey Kovacs", "Accounting", "auditor"),
    ("bob", "Bob Tanaka", "Sales", "department administrator"),
    ("charlie", "Charlie Ito", "Sales/Tokyo", "member"),
    ("dana", "Dana Reyes", "Sales/Tokyo", "member"),
    ("erin", "Erin Silva", "Sales/Tokyo", "member"),
    ("fay", "Fay Okafor", "Sales/Tokyo", "member"),
    ("hal", "Hal Raman", "Sales/Tokyo", "member"),
    ("ina", "Ina Suzuki", "Sales/Tokyo", "member"),
    ("jo", "Jo Lindqvist", "Sales/Tokyo", "member"),
    ("kim", "Kim Sato", "Sales/Tokyo", "member"),
    ("mei", "Mei Kato", "Accounting", "member"),
    ("nora", "Nora Wolf", "Sales/Tokyo", "member"),
)
DAILY = {"alice": 0, "bob": 0, "jo": 0, "kim": 0, "mei": 0}  # login: last access so many days ago; others hardly use it
RARELY = {"charlie": 41, "dana": 70, "erin": 52, "hal": 33, "ina": 38}
WITHOUT_ADDRESS = ("fay",)
HOLDERS = ("alice", "bob", "charlie", "dana", "erin", "fay", "hal", "ina", "jo", "kim", "mei")
PASSWORDS = ("alice", "ken", "lee", "audrey", "bob")


def people(directory: Path) -> Path:
    """The file of people."""
    path = directory / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for login, name, department, role in CAST:
            address = "" if login in WITHOUT_ADDRESS else f"{login}@example.com"
            writer.writerow([login, name, address, department, role, "en", "full time"])
    return path


def log(directory: Path, today: datetime.date) -> Path:
    """The log: some each day, some rarely and not lately, Fay never."""
    path, lines = directory / "access.log", []
    for ago in range(100, -1, -1):
        day = today - datetime.timedelta(days=ago)
        for login, last in (DAILY | {who: last for who, last in RARELY.items() if ago % 9 == last % 9}).items():
            if ago >= last:
                lines.append(f'192.0.2.1 - {login} [{day:%d/%b/%Y}:00:10:00 +0900] "GET /p/ HTTP/1.1" 200 9 "-" "-"\n')
    path.write_text("".join(lines), encoding="ascii")
    return path


def populate(directory: Path, today: datetime.date, password: str) -> None:
    """Fill the site of this environment."""
    from seatwise.commands import run_command

    steps: list[tuple[str, ...]] = [
        ("service", "add", "wiki", "--name", "Wiki", "--seats", str(len(HOLDERS))),
        ("source", "add", "proxy", "--name", "nginx before the wiki", "--service", "wiki", "--format", "combined"),
        ("import-users", str(people(directory)), "--yes"),
    ]
    for step in steps:
        assert run_command(step) == 0, step
    from seatwise.directory.models import Department, Service, User
    from seatwise.licenses import grants
    from seatwise.seat_requests import request_steps

    users = {user.login: user for user in User.objects.filter(login__in=[row[0] for row in CAST])}
    wiki, long_ago = Service.objects.get(code="wiki"), today - datetime.timedelta(days=400)
    holders = [users[login] for login in HOLDERS]
    grants.grant(service=wiki, users=holders, by=None, reason="At the beginning", on=long_ago)
    assert run_command(("ingest", "proxy", str(log(directory, today)))) == 0
    wiki.change(by=None, department_admins_see_usage=True)
    users["bob"].administer([Department.objects.get(full_name="Sales")], by=None)
    request_steps.ask(service=wiki, person=users["nora"], reason="I began in Sales", on=today)
    for login in PASSWORDS:
        users[login].give_password(password, by=None)


if __name__ == "__main__":
    populate(Path(sys.argv[1]), datetime.date.fromisoformat(sys.argv[2]), sys.argv[3])
