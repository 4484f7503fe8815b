"""The table of rights: what an address may answer to whom. Pure, for tests/test_every_page.py and tools/attack."""

import re

GATE = "gate/"  # for proxies, and whoever they hand on: src/seatwise/gate/tests
BY_LINK = "answer/"  # for whoever has a link: src/seatwise/enquiries/tests
FOR_EVERYBODY = ("", "health/", "language/", "account/", GATE, BY_LINK)
CARRYING = "administration/reviews/"  # owners who are department administrators: src/seatwise/reviews/tests
DECIDING = "reviews/"  # each sees what they decide: src/seatwise/reviews/tests/test_deciding_pages.py
OWN = "enquiries/"  # each sees those that concern them: src/seatwise/enquiries/tests
ASK = "ask/"  # everybody asks for a seat for themselves: src/seatwise/seat_requests/tests/test_pages.py
CHANNELS = "channels/"  # each sees their own: src/seatwise/channels/tests
FIND = "find/"  # each finds what they may see: src/seatwise/reviews/tests/test_find.py
PICK = "people/"  # each is suggested whom they may see: src/seatwise/directory/tests/test_person_field.py
RECORD = "record/"  # each sees their own: src/seatwise/monitoring/tests/test_own_record.py
USAGE = ("administration/access/", "administration/charts/")
CHANGING = (  # for department administrators too: src/seatwise/licenses/tests/test_users_page.py
    "administration/services/wiki/users/",
    "administration/licenses/users/",
    "administration/licenses/drafts/",
    "administration/licenses/people/",
    "administration/people/",  # src/seatwise/reviews/tests/test_person_tabs.py
    "administration/licenses/changes/",
    "administration/seat-requests/",  # src/seatwise/seat_requests/tests/test_pages.py
    "administration/services/wiki/find-a-seat/",
)
LOOKED_AT = re.compile(r"administration/(services/|licenses/(suspensions|exemptions)/([0-9]+/)?)")  # by those, too
FILES = "files/"  # each sees their own: src/seatwise/site/tests/test_background_files.py
METRICS = "metrics"  # with a token, or from this machine: src/seatwise/diagnostics/tests
INGEST = "ingest/"  # for programs, with tokens: src/seatwise/ingest/tests
API = "api/"  # for programs, with tokens: tests/test_api.py


def is_for_everybody(address: str) -> bool:
    return any(address == start or (start and address.startswith(start)) for start in FOR_EVERYBODY)


def allowed(who: str, method: str, address: str) -> set[int] | None:
    """The table of rights: what an address may answer to somebody; None where anything but a fault may be answered.

    `who` is "" for somebody signed out, who is sent to sign in (302) wherever an address is not for everybody.
    """
    if address == METRICS or address.startswith(INGEST):
        return {401, 405}
    if who == "alice":
        return {200, 302, 404, 405} if method == "GET" and not address.startswith((API, GATE)) else None
    if is_for_everybody(address) and (address or who):
        return None
    if not who:
        return {302, 401, 404} if address.startswith(API) else {302}
    if address.startswith((API, ASK, CHANNELS, FILES, FIND, PICK, RECORD)):
        return None
    return _allowed_to_auditors(method, address) if who == "audrey" else _allowed_to_others(who, method, address)


def _allowed_to_auditors(method: str, address: str) -> set[int] | None:
    if method == "GET":
        return {200, 302, 403, 404, 405}
    return {403, 404, 405} if address.startswith((OWN, DECIDING)) else {403, 405}


def _allowed_to_others(who: str, method: str, address: str) -> set[int] | None:
    if address.startswith((OWN, DECIDING)):
        return None
    if who == "bob" and address.startswith(CARRYING):
        return {403, 404, 405} if method != "GET" else None
    looks = address.startswith((*USAGE, *CHANGING)) or LOOKED_AT.fullmatch(address)
    if method == "GET":
        return {200, 302, 404, 405} if who == "bob" and looks else {403}
    return {403, 404, 405} if who == "bob" and address.startswith(CHANGING) else {403, 405}
