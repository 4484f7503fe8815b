"""The people of the demo: some 300, in a tree of departments, in every state a review meets."""

import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

FAMILY = [
    ("sato", "Sato", "佐藤"), ("suzuki", "Suzuki", "鈴木"), ("takahashi", "Takahashi", "髙橋"),
    ("tanaka", "Tanaka", "田中"), ("ito", "Ito", "伊藤"), ("watanabe", "Watanabe", "渡邉"),
    ("yamamoto", "Yamamoto", "山本"), ("nakamura", "Nakamura", "中村"), ("kobayashi", "Kobayashi", "小林"),
    ("kato", "Kato", "加藤"), ("yoshida", "Yoshida", "吉田"), ("yamada", "Yamada", "山田"),
    ("sasaki", "Sasaki", "佐々木"), ("matsumoto", "Matsumoto", "松本"), ("inoue", "Inoue", "井上"),
    ("kimura", "Kimura", "木村"), ("shimizu", "Shimizu", "清水"), ("hayashi", "Hayashi", "林"),
]  # fmt: skip
GIVEN = [
    ("taro", "Taro", "太郎"), ("hanako", "Hanako", "花子"), ("ken", "Ken", "健"), ("mei", "Mei", "芽衣"),
    ("sho", "Sho", "翔"), ("sakura", "Sakura", "さくら"), ("ren", "Ren", "蓮"), ("yui", "Yui", "結衣"),
    ("haruto", "Haruto", "陽斗"), ("aoi", "Aoi", "葵"), ("ichiro", "Ichiro", "一郎"), ("yuki", "Yuki", "由紀"),
]  # fmt: skip
WESTERN_GIVEN = ["John", "Maria", "Oliver", "Priya", "Elena", "David", "Nina", "Samuel", "Chloé", "Jörg"]
WESTERN_FAMILY = ["Begood", "Lindqvist", "Reyes", "Raman", "Novak", "O'Brien", "Müller", "Okafor", "Silva"]

DEPARTMENTS = (
    ("Sales/Tokyo", 60), ("Sales/Osaka", 40), ("Accounting", 20), ("Human Resources", 14),
    ("Design", 18), ("Engineering/Platform", 45), ("Engineering/Mobile", 30), ("Support", 34), ("総務部", 22),
)  # fmt: skip

PATTERNS = (
    ("daily", 52), ("weekly", 18), ("rare", 10), ("long ago", 8), ("never", 5), ("new", 3), ("part time", 4),
)  # fmt: skip
SERVICES = ("kintone", "wiki")


@dataclass(frozen=True)
class DemoPerson:
    """One person: as in the file of people, and how they use services (`pattern`)."""

    login: str
    name: str
    departments: str
    pattern: str
    status: str = "active"
    kind: str = "user"
    employment: str = "full time"
    role: str = "member"
    language: str = "ja"
    services: tuple[str, ...] = ("kintone",)
    responsible: str = ""

    def cells(self) -> list[str]:
        """The person as a row of the file of people."""
        return [
            self.login, self.name, f"{self.login}@example.com", self.departments, self.status, self.kind,
            self.employment, self.role, self.language, " ".join(self.services), self.responsible,
            employee_number(self),
        ]  # fmt: skip


def employee_number(person: DemoPerson) -> str:
    """Of whoever is employed: not of guests, nor of accounts that are nobody's or everybody's."""
    if person.kind != "user" or person.login in WITHOUT_NUMBER:
        return ""
    return f"E{zlib.crc32(person.login.encode()) % 100_000_000:08}"


HEADINGS = [
    "login", "name", "e-mail", "departments", "status", "kind", "employment", "role", "language", "services",
    "responsible", "employee number",
]  # fmt: skip
WITHOUT_NUMBER = ("m-integration",)  # a program that was entered as a person

CAST = (
    DemoPerson("alice", "Alice Martin", "Human Resources", "daily", role="administrator", language="en",
               services=SERVICES),
    DemoPerson("audrey", "Audrey Kovacs", "Accounting", "weekly", role="auditor", language="en"),
    DemoPerson("bob", "Bob Tanaka", "Sales", "daily", role="department administrator", language="en",
               services=SERVICES),
    DemoPerson("charlie", "Charlie Ito", "Sales/Tokyo", "rare", language="en", services=SERVICES),
    DemoPerson("aiko", "中村 愛子", "総務部", "daily", role="administrator", services=SERVICES),
    DemoPerson("front-desk", "受付（共用）", "総務部", "weekly", kind="shared", responsible="aiko"),
    DemoPerson("gail", "Gail Partner", "Design", "daily", kind="guest", language="en", services=()),
    DemoPerson("ivan", "Ivan Petrov", "Sales/Osaka", "long ago", status="inactive", language="en"),
    DemoPerson("report-bot", "Reporting", "Engineering/Platform", "api only", kind="system", language="en"),
    DemoPerson("m-integration", "松本 連携", "Engineering/Platform", "api only"),
    DemoPerson("l-leave", "Lena Leave", "Design", "on leave", language="en", services=SERVICES),
)  # fmt: skip


def everybody(seed: int = 1) -> list[DemoPerson]:
    """All people of the demo, the same for the same seed."""
    rnd = random.Random(seed)  # noqa: S311
    return list(CAST) + list(_crowd(rnd))


def _crowd(rnd: random.Random) -> Iterator[DemoPerson]:
    taken = {person.login for person in CAST}
    patterns = [name for name, share in PATTERNS for _ in range(share)]
    for department, size in DEPARTMENTS:
        for _ in range(size):
            login, name, language = _name(rnd, taken)
            pattern = rnd.choice(patterns)
            inactive = rnd.random() < 0.03
            guest = not inactive and rnd.random() < 0.015
            employment = f"part time {rnd.choice((2, 3))}" if pattern == "part time" else "full time"
            yield DemoPerson(
                login, name, department + ("; Design" if rnd.random() < 0.05 and department != "Design" else ""),
                pattern, "inactive" if inactive else "active", "guest" if guest else "user", employment,
                language=language,
                services=() if guest else SERVICES if rnd.random() < 0.5 else ("kintone",),
            )  # fmt: skip


def _name(rnd: random.Random, taken: set[str]) -> tuple[str, str, str]:
    """A login that nobody has yet, a name, and a language."""
    if rnd.random() < 0.2:
        given, family = rnd.choice(WESTERN_GIVEN), rnd.choice(WESTERN_FAMILY)
        base, name, language = f"{given[0]}{family}".lower().replace("'", ""), f"{given} {family}", "en"
        base = base.replace("ü", "u").replace("ö", "o")
    else:
        family3, given3 = rnd.choice(FAMILY), rnd.choice(GIVEN)
        base, language = f"{given3[0][0]}-{family3[0]}", "ja"
        name = f"{family3[2]} {given3[2]}" if rnd.random() < 0.7 else f"{given3[1]} {family3[1]}"
    login, number = base, 1
    while login in taken:
        number += 1
        login = f"{base}{number}"
    taken.add(login)
    return login, name, language
