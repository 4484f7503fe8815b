"""A whole review: from the narrowed list to the checked evidence, by mail and browser, each as who does it."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from seatwise.commands.tests.processes.sites import PASSWORD, Made, free_port

from .conftest import TODAY, Opener, environment, running_browser, until_it_answers

REVIEWING = Path(__file__).with_name("reviewing.py")
PATIENCE = 30  # seconds for the worker
NARROWED = "/administration/access/wiki/?department={department}&at_most=2"
UNTIL = "2027-01-15"
PYTHON = [sys.executable, "-W", "ignore"]
ASKED = {"charlie", "dana", "erin", "hal", "ina"}  # and Fay, who has no address


class Sink:
    """Takes all mail."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.taken.append(found)
        return "250 OK"

    def letters(self, login: str, words: str) -> list[str]:
        """The letters to somebody that say something."""
        to = [each for each in self.taken if f"{login}@example.com" in str(each["To"])]
        texts = [str(each["Subject"]) + "\n" + plain(each) for each in to]
        return [text for text in texts if words in text]

    def letter(self, login: str, words: str) -> str:
        """The one letter to somebody that says something, once it is there."""
        until(lambda: self.letters(login, words), f"a letter to {login}: {words}")
        (found,) = self.letters(login, words)
        return found


def plain(mail: EmailMessage) -> str:
    """What a letter says."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def until(what: Callable[[], Any], words: str) -> None:
    """Wait for something that the worker does."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, f"there was never {words}"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def sink() -> Iterator[tuple[Sink, int]]:
    """A mail server of this machine, and its port."""
    from aiosmtpd.controller import Controller

    handler = Sink()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=10)
    controller.start()
    yield handler, port
    controller.stop(no_assert=True)


@pytest.fixture(scope="module")
def site(made: Made, sink: tuple[Sink, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a site that is served with its worker, and that sends its mail to the sink."""
    folder = tmp_path_factory.mktemp("review")
    address = f"http://127.0.0.1:{free_port()}"
    given = {"SEATWISE_MAIL": f"smtp://127.0.0.1:{sink[1]}", "SEATWISE_MAIL_FROM": "seatwise@example.com"}
    settings = environment(made.copy_to(folder / "data"), address) | given
    making = [*PYTHON, str(REVIEWING), str(folder), TODAY, PASSWORD]
    done = subprocess.run(making, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    serving = subprocess.Popen([*PYTHON, "-m", "seatwise", "serve", "--workers", "1"], env=settings)
    try:
        until_it_answers(serving, address)
        yield settings
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait()


@pytest.fixture
def story(site: dict[str, str], sink: tuple[Sink, int]) -> Iterator["Story"]:
    """What the people of the story do. Nothing that the browser shows may make it complain."""
    with running_browser() as browser:
        opener = Opener(browser, site["SEATWISE_ORIGIN"])
        yield Story(opener, sink[0])
        assert not opener.complaints


def main(page: Any) -> str:
    """What the page says."""
    return str(page.locator("main").inner_text())


def press(page: Any, button: str) -> None:
    """Press a button, and see that it was not refused."""
    page.get_by_role("button", name=button, exact=True).click()
    assert page.locator(".note.error, [role=alert]").count() == 0, main(page)


class Story:
    """What each of them does."""

    def __init__(self, opener: Opener, sink: Sink) -> None:
        self.opener, self.sink, self.number = opener, sink, ""

    def page(self, who: str = "", path: str = "/") -> Any:
        return self.opener.page(who, path)

    def of(self, path: str = "") -> str:
        """A page of the review, for administrators."""
        return f"/administration/reviews/{self.number}/{path}"

    def choose_and_open(self) -> None:
        """Alice narrows the list down, drafts a review of it, and opens it."""
        page = self.page("alice", "/administration/access/wiki/")
        sales = page.locator("#id_department option", has_text="Sales").first.get_attribute("value")
        page.goto(NARROWED.format(department=sales))
        listed = page.locator("table.usage tbody .who small").all_inner_texts()
        assert set(listed) == ASKED | {"fay"}
        page.get_by_role("button", name="Review these…").click()
        assert "at_most=2" in page.url
        assert page.locator("[name=at_most]").input_value() == "2"
        page.locator("[name=name]").fill("Wiki, fourth quarter")
        press(page, "Save the draft")
        assert "no one has been asked" in main(page)
        assert not any(self.sink.letters(login, "/answer/#") for login in ASKED)
        self.number = re.findall(r"/reviews/(\d+)/", page.url)[0]
        page.get_by_role("link", name="Open the review…").click()
        page.get_by_text(re.compile("^Email to .*do you still need it")).click()
        assert "Opening the page changes nothing" in main(page)
        assert not any(self.sink.letters(login, "/answer/#") for login in ASKED)
        press(page, "Open the review")
        assert "6 licenses selected" in main(page)

    def answer(self, login: str, choice: str, reason: str = "", until_day: str = "") -> None:
        """Somebody answers by the link of the mail, in a browser in which nobody is signed in."""
        letter = self.sink.letter(login, "/answer/#")
        (link,) = re.findall(r"http\S+/answer/#\S+", letter)
        page = self.page(path="/health/")
        page.goto(link)
        page.wait_for_url("**/answer/question/")
        assert "no access since recording began" not in main(page)
        page.get_by_label(choice).check()
        if until_day:
            page.locator("[name=until]").fill(until_day)
        page.locator("[name=reason]").fill(reason)
        press(page, "Send the answer")
        assert "Your answer was recorded." in main(page)
        page.goto("/health/")
        page.goto(link)  # once more: it is said what was answered, and nothing can be answered anew
        page.wait_for_url("**/answer/question/")
        assert page.get_by_role("button", name="Send the answer").count() == 0
        page.context.close()

    def row(self, page: Any, name: str) -> Any:
        """Somebody's row of the working list."""
        return page.locator("table.deciding tbody tr", has_text=name)

    def decide(self, page: Any, name: str, what: str, said: str = "Saved", **given: str) -> None:
        """Decide about one: it is saved by itself, and said in its row."""
        form = self.row(page, name).locator("form.decide")
        form.locator(f"[name=decision][value={what}]").check()
        for field, text in given.items():
            place = form.locator(f"[name={field}]")
            place.select_option(text) if field == "to" else place.fill(text)
            place.blur()
        form.locator(".state", has_text=re.compile(said)).wait_for()

    def answer_for_who_was_not_reached(self, page: Any) -> None:
        """Bob answers for Fay."""
        row = self.row(page, "Fay Okafor")
        assert "not delivered" in row.inner_text()
        assert self.row(page, "Charlie Ito").get_by_role("link", name="Answer on their behalf…").count() == 0
        row.get_by_role("link", name="Answer on their behalf…").click()
        page.get_by_label("Give it back").check()
        page.locator("[name=reason]").fill("She told me so")
        press(page, "Send the answer")
        assert "You answered for Fay Okafor" in main(page)

    def decide_all(self) -> None:
        """Bob decides: one by one, against an answer with a reason, and two in bulk; and proposes it."""
        page = self.page("bob", f"/reviews/{self.number}/")
        self.answer_for_who_was_not_reached(page)
        self.decide(page, "Charlie Ito", "remove", said="Not saved: A reason is required")
        self.decide(page, "Charlie Ito", "remove", reason="The project ended in June")
        page.reload()
        assert self.row(page, "Charlie Ito").locator("[name=reason]").input_value() == "The project ended in June"
        self.decide(page, "Dana Reyes", "reassign", to="nora")
        self.decide(page, "Erin Silva", "suspend", until=UNTIL)
        self.decide(page, "Fay Okafor", "remove")
        for name in ("Hal Raman", "Ina Suzuki"):
            self.row(page, name).get_by_role("checkbox").check()
        bulk = page.locator("form#selection")
        assert "Selected: 2" in bulk.inner_text()
        bulk.locator("[name=decision][value=keep]").check()
        bulk.locator("[name=reason]").fill("Both prepare the fair")
        bulk.get_by_role("button").click()
        assert "in bulk" in self.row(page, "Hal Raman").inner_text()
        page.get_by_role("link", name="Check holders not selected").click()
        assert "Kim Sato" in main(page)
        page.locator("[name=part]").check()
        press(page, "Confirm")
        assert "You confirmed 2 holders." in main(page)
        page.goto(f"/reviews/{self.number}/")
        press(page, "Submit decisions")
        assert "Someone else approves them next" in main(page)

    def take_steps(self) -> None:
        """Ken approves, Alice carries out with the worker's help, Lee confirms."""
        page = self.page("ken", self.of())
        page.get_by_role("link", name="Check and approve…").click()
        assert page.locator("dl.facts dd").all_inner_texts()[:4] == ["2", "2", "1", "1"]  # as in the outcome
        press(page, "Approve")
        page = self.page("alice", self.of())
        assert page.get_by_role("button", name="Approve", exact=True).count() == 0
        page.goto(self.of("closing/"))
        page.get_by_role("button", name="Carry out", exact=True).click()
        until(lambda: self.is_closed(page), "a closed review")
        page = self.page("lee", self.of())
        page.locator("[name=text]").first.fill("Compared with the list of the wiki")
        page.get_by_label("Confirm although these are still pending").check()
        press(page, "Confirm the review")
        assert "Compared with the list of the wiki" in main(page)

    def is_closed(self, page: Any) -> bool:
        """Whether the worker carried all of it out."""
        page.goto(self.of())
        return bool(page.locator("dl.facts.plain dd", has_text=re.compile("^closed$")).count())

    def holders(self) -> set[str]:
        """Who holds a license of the wiki now, as the page says it."""
        page = self.page("alice", "/administration/services/wiki/users/")
        return set(page.locator("#users .who small").all_inner_texts())

    def undo(self) -> None:
        """Alice gives Charlie the license back."""
        page = self.page("alice", self.of("undoing/"))
        page.get_by_role("link", name="Charlie Ito").click()
        page.get_by_label("Reason").fill("The project goes on")
        press(page, "Undo this decision")
        assert "A license for Wiki was requested for Charlie Ito." in main(page)

    def download(self, who: str, to: Path) -> Path:
        """The evidence."""
        page = self.page(who, self.of("evidence/"))
        with page.expect_download() as download:
            page.get_by_role("link", name="Download the package").click()
        file = to / str(download.value.suggested_filename)
        download.value.save_as(file)
        return file


def verified(site: dict[str, str], *arguments: str) -> tuple[int, str]:
    """What `seatwise verify-evidence` says."""
    command = [*PYTHON, "-m", "seatwise", "verify-evidence", *arguments]
    done = subprocess.run(command, env=site, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def check_evidence(story: Story, site: dict[str, str], folder: Path) -> None:
    """The auditor checks the package with the sum of the letter; a changed one is found out."""
    letter = story.sink.letter("audrey", "Manifest checksum (SHA-256)")
    manifest = re.findall(r"Manifest checksum \(SHA-256\): ([0-9a-f]{64})", letter)[0]
    key = re.findall(r"Fingerprint of the key: ([0-9a-f]{64})", letter)[0]
    file = story.download("audrey", folder)
    code, said = verified(site, str(file), "--sum", manifest)
    assert (code, "says nothing about what happened since" in said) == (3, True), said  # a removal was undone since
    code, said = verified(site, str(file), "--sum", manifest, "--key", key)
    assert (code, manifest in said) == (0, True), said
    changed = folder / "changed.zip"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    changed.write_bytes(content)
    assert verified(site, str(changed))[0] == 1


def test_a_quarterly_review(story: Story, site: dict[str, str], tmp_path: Path) -> None:
    story.choose_and_open()
    story.answer("charlie", "Keep it", "For the archive of the project")
    story.answer("dana", "Give it back")
    story.answer("erin", "Not now", "On a course", UNTIL)
    assert "/answer/#" in story.sink.letter("dana", "you answered through the link in our email")
    assert {login for login in (*ASKED, "fay") if story.sink.letters(login, "/answer/#")} == ASKED
    story.decide_all()
    story.take_steps()
    story.sink.letter("charlie", "The project ended in June")
    assert {"nora", "hal", "ina"} <= story.holders()
    assert not {"charlie", "dana", "fay"} & story.holders()
    story.undo()
    assert "charlie" in story.holders()
    check_evidence(story, site, tmp_path)
    page = story.page("audrey", story.of())
    numbers = dict(zip(*(page.locator(f"#numbers ~ dl {tag}").all_inner_texts() for tag in ("dt", "dd")), strict=True))
    assert {name: numbers[name] for name in ("Selected", "Asked", "Answered", "Undone")} == {
        "Selected": "6", "Asked": "6", "Answered": "4", "Undone": "1"
    }  # fmt: skip
