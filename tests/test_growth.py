"""How the work of every page grows with the number of people: without a clock. Of commands: test_growth_in_bulk.py.

What is held are steps of SQLite's virtual machine for each person more, from 150 people to 600, on a database that
was never analysed. What is linear takes a few for each, what is quadratic hundreds. Queries and rows are held besides,
since steps see neither what a `count(*)` without conditions takes nor what Python does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from tests.growing import Work, grow, measured
from tests.test_every_page import given_to_templates, has_pages, populated, status_of

from seatwise.ledger import waiting
from seatwise.site import lists
from seatwise.site.search import ORDER, SearchForm

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="counts steps of SQLite's virtual machine")
FEW, MANY = 150, 600
TOTAL = "SELECT COUNT(*) FROM (SELECT "  # of a list, as far as it is counted: FEW / 2 here
CONSTANT = 0.6  # steps a person, of what is the same for any number
COUNTED = 10  # of a page that says how many there are
FILTERED = 150  # of a list that is narrowed, whichever way
# Pages that count everybody in several ways, or are about everybody: steps a person of each.
ABOUT_ALL = {
    "": 250,
    "administration/access/wiki/": 25,
    "administration/audit/verification/": 20,
    "administration/charts/wiki/": 400,
    "administration/directory/departments/": 35,
    "administration/directory/logins/": 45,
    "administration/directory/logins/8/": 30,
    "administration/directory/logins/suggestions/": 150,
    "administration/first-steps/people/": 25,
    "administration/licenses/drafts/1/": 240,
    "administration/licenses/file/1/": 240,
    "administration/licenses/file/export/": 80,
    "administration/people/4/licenses/": 60,
    "administration/licenses/rules/": 60,
    "administration/reviews/": 20,
    "administration/reviews/1/": 600,
    "administration/reviews/1/approving/": 300,
    "administration/reviews/1/closing/": 20,
    "administration/reviews/1/completeness/": 300,
    "administration/reviews/1/people/": 80,
    "administration/reviews/1/undoing/": 80,
    "administration/reviews/new/": 280,
    "administration/reviews/new/people/": 280,
    "administration/seat-requests/1/": 60,
    "administration/seat-requests/transfers/1/": 25,
    "administration/services/": 80,
    "administration/services/wiki/": 100,
    "administration/services/wiki/completeness/": 300,
    "administration/services/wiki/find-a-seat/": 900,
    "administration/services/wiki/history/": 30,
    "administration/services/wiki/pending/": 50,
    "administration/services/wiki/trend/": 150,
    "administration/services/wiki/users/": 100,
    "administration/sources/1/": 75,
    "administration/sources/1/revisions/1/forgetting/": 15,
    "enquiries/1/": 70,
    "reviews/": 25,
    "reviews/1/": 95,
    "reviews/1/not-named/": 80,
}
# Lists that are sorted whole, or looked through, for each page: few of what they hold is waiting at a time.
SORTED_WHOLE = {
    "administration/reviews/1/approving/",
    "administration/reviews/1/closing/",
    "reviews/1/not-named/",
    "administration/directory/logins/",
    "administration/licenses/rules/",
    "administration/licenses/suspensions/",
    "administration/reviews/1/completeness/",
    "administration/reviews/1/people/",
    "administration/services/wiki/completeness/",
    "administration/services/wiki/pending/",
    "administration/sources/",
    "reviews/1/",
}
# Pages that read everybody into Python: whose an unknown login may be (up to 10,000 people), what a rule would do, or
# seat could be had (five portions), a file of all.
READ_ALL = {
    "administration/directory/logins/",
    "administration/directory/logins/8/",
    "administration/directory/logins/suggestions/",
    "administration/audit/verification/",
    "administration/licenses/file/export/",
    "administration/reviews/new/",
    "administration/reviews/new/people/",
    "administration/services/wiki/find-a-seat/",
    "administration/services/wiki/pending/",
}


@dataclass
class Seen:
    """What was asked for, the work of the answer, and whether it is a page of a list that nothing narrows."""

    path: str
    work: Work
    is_whole_list: bool
    narrowed: bool = False


def orders(form: SearchForm) -> Iterator[str]:
    """The parts of an address that ask for each order of a list."""
    for sort, _words in getattr(form.fields.get("sort"), "choices", ()):
        yield f"?sort={sort}"
        if "descending" in form.fields:
            yield f"?sort={sort}&descending=on"


def filters(form: SearchForm) -> Iterator[str]:
    """The parts of an address that narrow a list: by each value that a field offers, and by words."""
    for name, field in form.fields.items():
        offered = getattr(field, "choices", ()) if name not in ORDER else ()
        yield from (f"?{name}={value}" for value, _words in offered if str(value))
        if name == "text":
            yield "?text=person+1"


def asked(client: Any, path: str, query: str = "") -> tuple[Work, Any]:
    with measured() as work:
        response = client.get(f"/{path}{query}")
        status_of(response)
    return work, response


def walk(client: Any, addresses: list[str]) -> dict[str, Seen]:
    """Every page there is, and every list in each order and narrowed in each way."""
    found = {}
    for path in addresses:
        work, response = asked(client, path)
        if response.status_code != 200:
            continue
        is_list = has_pages(response)
        found[path] = Seen(path, work, is_list)
        given = [value for _, value in given_to_templates(response) if isinstance(value, SearchForm)]
        for form in given[:1] if is_list else ():
            for query in orders(form):
                found[path + query] = Seen(path, asked(client, path, query)[0], is_whole_list=True)
            for query in filters(form):
                found[path + query] = Seen(path, asked(client, path, query)[0], is_whole_list=False, narrowed=True)
    return found


def steps_a_person(few: Work, many: Work, statement: str = "") -> float:
    took = many.statements[statement] - few.statements[statement] if statement else many.steps - few.steps
    return took / (MANY - FEW)


def too_much(address: str, few: Seen, many: Seen) -> Iterator[str]:
    """What grows more than it may."""
    most = FILTERED if many.narrowed else ABOUT_ALL.get(many.path, COUNTED)
    if (steps := steps_a_person(few.work, many.work)) > most:
        yield f"/{address}: {steps:.1f} steps a person, at most {most}"
    if many.is_whole_list and many.path not in SORTED_WHOLE | READ_ALL:
        for statement in many.work.statements if "sort=name" not in address else ():  # by name: people are sorted
            steps = steps_a_person(few.work, many.work, statement)
            is_part = "LIMIT" in statement and ("COUNT(" not in statement or statement.startswith(TOTAL))
            if is_part and steps > CONSTANT:
                yield f"/{address}: {steps:.1f} steps a person for a first page: {statement[:300]}"
    if many.path not in READ_ALL:
        if many.work.queries > few.work.queries:
            yield f"/{address}: {few.work.queries} queries, then {many.work.queries}"
        if many.work.rows > few.work.rows + (MANY - FEW) / 5 + (400 if many.narrowed else 0):
            yield f"/{address}: {few.work.rows} rows, then {many.work.rows}"


def test_pages_are_found_in_an_index_and_what_counts_everybody_takes_a_few_steps_for_each(
    client: Any, cast: dict[str, Any], sales: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", FEW // 2)
    monkeypatch.setattr(waiting, "FEW_PEOPLE", FEW // 2)  # who are compared with unknown logins on the first page
    addresses = [each for each in populated(cast, sales) if not each.startswith("gate/")]
    client.force_login(cast["alice"])
    grow(0, FEW)
    few = walk(client, addresses)
    grow(FEW, MANY)
    many = walk(client, addresses)
    wrong = [each for address in many for each in too_much(address, few[address], many[address])]
    assert len(many) > 120
    assert not wrong, "\n".join(wrong)
