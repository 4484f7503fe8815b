"""Taking in a report that a letter did not arrive."""

from dataclasses import dataclass

from seatwise.directory.changes import Refused
from seatwise.letters import bounces
from seatwise.letters.models import Letter


@dataclass(frozen=True)
class TakenIn:
    """What was done with a mail, in words, and whether it was one of those that are expected."""

    words: str
    understood: bool


def take_in(raw: bytes) -> TakenIn:
    """Mark the letters that a report names as not arrived. Done again, it changes nothing."""
    report = bounces.read(raw)
    if not report.failed:
        return TakenIn("This is no report of a letter that did not arrive. Nothing was changed.", True)
    letters = Letter.objects.filter(message_id__in=report.message_ids).select_related("to").order_by("pk")
    done = [_mark(letter, report.words) for letter in letters]
    if not done:
        return TakenIn("The report names no letter of Seatwise. Nothing was changed.", False)
    return TakenIn("\n".join(done), True)


def _mark(letter: Letter, words: str) -> str:
    name = f"letter {letter.pk} to {letter.address}"
    try:
        letter.not_arrived(by=None, reason=words or "reported by a mail server")
    except Refused:
        letter.refresh_from_db()
        return f"{name} is {letter.state} already: nothing was changed."
    return f"{name} did not arrive: {letter.problem}"
