"""Part `sign_in`: login names that look like somebody else's, guesses at a password, and ways out of the site.

The site stands behind one proxy here, so that the attack can come from many addresses (X-Forwarded-For).
"""

import random
import time
import unicodedata
from urllib.parse import urlencode, urlsplit

from tests.gate.conftest import Answer, Browser

from seatwise.commands.tests.processes.sites import PASSWORD
from tools.attack.outcomes import Outcome, p99
from tools.attack.sites import Site, form_at, served

PART = "sign_in"
COUNT = "tools.attack.kills_checked:people"
UNSEEN: tuple[str, ...] = (
    *"\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u180e\u3164\uffa0\u115f\u2800\ufe0f",
    *"\u202a\u202e\u2066\u2069\u200e\u200f\U000e0061\U0001d159\u0000\u0001\u001b\u007f\u0085\u2028\ufff9\ud800",
)
CONFUSED: dict[int, str] = str.maketrans(
    {"a": "а", "c": "с", "e": "е", "i": "і", "o": "ο", "b": "Ь", "l": "ӏ", "h": "һ", "r": "г"}
)
LONG = 1000  # characters beyond which an address may be refused without an answer
SPELLINGS, GUESSES = (5, 80), (12, 60)  # short, whole
MOST_UNTIL_A_WAIT = 10  # a wait may just have ended: on a slow machine guesses take longer than the first waits
TARGETS = (
    *(
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "HTTPS:evil.example",
    ),
    *("javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "/\n/evil.example", "\x00//evil.example"),
    *(
        "http:///evil.example",
        "//evil.example@127.0.0.1",
        "https:evil.example",
        "/%2f%2fevil.example",
        "/%5cevil.example",
    ),
    *(
        "//127.0.0.1@evil.example/",
        "%2f%2fevil.example",
        "/.//evil.example",
        "ftp://127.0.0.1/",
        "//[::1]/",
        "/" * 4000,
    ),
)


def run(site: Site, seed: int, *, short: bool) -> list[Outcome]:
    """All three."""
    dice, at = random.Random(seed), 0 if short else 1
    site.settings["SEATWISE_PROXIES"] = "1"
    outcomes = [logins_by_file(site, dice, SPELLINGS[at])]
    with served(site):
        outcomes += [
            logins_by_page(site, dice, SPELLINGS[at] // 2),
            guesses(site, GUESSES[at]),
            ways_out(site, short=short),
        ]
    return outcomes


def spelling(login: str, dice: random.Random) -> str:
    """A login name that somebody takes for another one."""
    at = dice.randrange(len(login) + 1)
    way = dice.randrange(4)
    if way == 0:
        return "".join(chr(ord(each) + 0xFEE0) if each.isascii() else each for each in login)  # full width
    if way == 1:
        one: str = dice.choice([each for each in login if ord(each) in CONFUSED])
        return login.replace(one, CONFUSED[ord(one)], 1)
    if way == 2:
        return login[:at] + dice.choice(UNSEEN) * dice.randrange(1, 4) + login[at:]
    return unicodedata.normalize("NFD", login[:at] + dice.choice(UNSEEN) + login[at:].swapcase())


def logins_by_file(site: Site, dice: random.Random, tries: int) -> Outcome:
    """By `seatwise import-users`: nobody is added who looks like somebody that is there."""
    outcome, file = Outcome(PART, "login names that look like another's, by file"), site.directory / "hostile.csv"
    before = site.forked.run(COUNT).output
    for _ in range(tries):
        login = spelling(dice.choice(["alice", "charlie", "bob"]), dice)
        file.write_bytes(f'login,name\n"{login}",Somebody\n'.encode("utf-8", "surrogatepass"))
        ended = site.forked.run("import-users", str(file), "--yes")
        after = site.forked.run(COUNT).output
        outcome.expect(after == before, f"{login!a} was added: {ended.output.strip()[-200:]}")
        outcome.expect("Traceback" not in ended.output, f"{login!a}: {ended.output.strip()[-300:]}")
        before = after
    return outcome


def logins_by_page(site: Site, dice: random.Random, tries: int) -> Outcome:
    """By the page that adds somebody: it says what is wrong, and is no error of the server."""
    outcome, alice = Outcome(PART, "login names that look like another's, by page"), site.signed_in("alice")
    address = f"{site.address}/administration/directory/users/add/"
    hidden = form_at(alice, address)
    for _ in range(tries):
        login = spelling(dice.choice(["alice", "charlie", "bob"]), dice)
        fields = {"name": "Somebody", "status": "active", "kind": "user", "role": "member", "employment": "full_time"}
        answer = post(alice, address, hidden | fields | {"login": login})
        outcome.expect(answer.status in (200, 400, 422), f"{login!a} by page: {answer.status}")
    return outcome


def post(browser: Browser, address: str, fields: dict[str, str], **headers: str) -> Answer:
    """A form."""
    body = urlencode(fields, errors="surrogatepass").encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Referer": address, **headers}
    return browser.send("POST", address, body, kind)


def guesses(site: Site, tries: int) -> Outcome:
    """A stranger guesses at alice's password, in all spellings of her name; she gets in, the stranger waits."""
    outcome = Outcome(PART, "guesses at a password, from one address and from many")
    address, stranger, times = f"{site.address}/account/login/", Browser(machine="198.51.100.7"), []
    hidden, waited = form_at(stranger, address), 0
    owner = site.signed_in("alice")
    for number in range(tries):
        login = ("alice", "ALICE", "ａｌｉｃｅ", " alice ")[number % 4]
        machine = stranger.machine if number % 2 else f"198.51.100.{number % 250}"
        began = time.perf_counter()
        answer = post(
            stranger, address, hidden | {"login": login, "password": f"guess {number}"}, **{"X-Forwarded-For": machine}
        )
        times.append((time.perf_counter() - began) * 1000)
        waited += is_made_to_wait(answer)
        outcome.expect(answer.status in (200, 403, 429), f"guess {number}: {answer.status}")
    outcome.expect(waited > 0, f"{tries} guesses, and the stranger was never made to wait")
    wrong = hidden | {"login": "alice", "password": "one more guess"}
    if any(is_made_to_wait(post(stranger, address, wrong)) for _ in range(MOST_UNTIL_A_WAIT)):
        right = post(stranger, address, hidden | {"login": "alice", "password": PASSWORD})
        outcome.expect(right.status != 302, "whoever was just told to wait gets in at once with the right password")
    else:
        outcome.expect(False, f"{MOST_UNTIL_A_WAIT} guesses more, and the stranger was not made to wait")
    owner.jars["127.0.0.1"].pop("session", None)
    outcome.expect(gets_in(owner, address, "alice"), "the owner was locked out by a stranger")
    outcome.p99, outcome.figures = {"guesses": p99(times)}, f"{waited} of {tries} were made to wait"
    return outcome


def is_made_to_wait(answer: Answer) -> bool:
    """Whether an attempt was not looked at, since too many before it were wrong."""
    return answer.status == 429 or "Too many" in answer.body


def gets_in(browser: Browser, address: str, login: str) -> bool:
    """Whether somebody is signed in with the right password."""
    sent = form_at(browser, address) | {"login": login, "password": PASSWORD}
    return post(browser, address, sent).status == 302


def ways_out(site: Site, *, short: bool) -> Outcome:
    """`next` after signing in leads to a path of this site only."""
    outcome = Outcome(PART, "next= after signing in")
    for target in TARGETS[:: 7 if short else 1]:
        browser = Browser()
        address = f"{site.address}/account/login/"
        hidden = form_at(browser, address)
        sent = hidden | {"login": "charlie", "password": PASSWORD, "next": target}
        try:
            answer = post(browser, f"{address}?{urlencode({'next': target})}", sent)
        except ConnectionError:  # refused by its length, and closed while the rest was being sent
            outcome.expect(len(target) > LONG and site.is_up(), f"next={target[:60]!r}: no answer")
            continue
        location = answer.headers.get("Location") or ""
        outcome.expect(is_ours(answer.status, location), f"next={target[:60]!r}: {answer.status} {location[:80]!r}")
    return outcome


def is_ours(status: int, location: str) -> bool:
    """Whether a browser stays here: it takes a backslash for a slash, and leaves out tabs and ends of lines."""
    seen = location.replace("\\", "/").translate({9: None, 10: None, 13: None}).lstrip("\x00 ")
    parts = urlsplit(seen) if status == 302 else urlsplit("/")
    return status < 500 and not parts.scheme and not parts.netloc and not seen.startswith("//")
