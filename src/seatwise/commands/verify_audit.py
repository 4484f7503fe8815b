"""`seatwise verify-audit`: whether the audit log still is what was written, and what of that cannot be known here."""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from seatwise.commands.errors import Failure

if TYPE_CHECKING:
    from seatwise.audit.heads import Head

HELP = (
    "verify the audit log: find entries that were changed, removed, inserted or cut off; exits "
    "with 0 if there are none, 1 if there are, 2 for a wrong option, and 3 if something, which is"
    " then named, could not be verified"
)
MOST_READ = 1 << 20  # bytes of a file of heads


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="NUMBER:HASH|FILE",
        help=(
            "an entry that must still be there, as given in the email at the closing of a review or by "
            "`seatwise audit-head`; or a file that lists such entries, or the evidence of a review; can "
            "be repeated"
        ),
    )


def run(options: argparse.Namespace) -> int:
    """0: intact, 1: not, 2: wrong usage or no key that can be read, 3: intact as far as can be known."""
    from seatwise.audit.seal_keys import KeyUnreadable
    from seatwise.audit.verification import verify

    try:
        known = [head for text in options.head for head in heads_of(text)]
        verdict = verify(*known)
    except (ValueError, KeyUnreadable) as error:
        raise Failure(error, 2) from None
    if not verdict:
        print(f"The audit log was changed: {verdict.problem}.")
        return 1
    removed = (
        f" (entries up to {verdict.first - 1:,} were removed under a signed checkpoint)" if verdict.first > 1 else ""
    )
    end = f" It ends with {verdict.head}" if verdict.head and verdict.head.number else ""
    state = "in order" if verdict.unknown else "as they were written"
    print(f"All {verdict.entries:,} entries are {state}{removed}.{end}")
    if known:
        print(f"Given entries found: {len(known)}.")
    for each in verdict.unknown:
        print(f"NOT verified: {each}")
    return 3 if verdict.unknown else 0


def heads_of(text: str) -> "list[Head]":
    """What was written down, or stands in a file. Raises ValueError."""
    from seatwise.audit.heads import Head

    pattern = "([0-9]{1,15}):([0-9a-f]{64})"
    found = re.fullmatch(pattern, text.strip())
    if found:
        return [Head(int(found[1]), found[2])]
    path = Path(text)
    if not path.is_file():
        raise ValueError(f"--head is {text!r} (expected NUMBER:HASH, as in the email, or a file with such lines)")
    named = re.findall(rf"(?<![0-9a-f]){pattern}(?![0-9a-f])", _read(path))
    if not named:
        raise ValueError(f"{path} contains no entry (expected lines of NUMBER:HASH, or the evidence of a review)")
    return [Head(int(number), sealed) for number, sealed in named]


def _read(path: Path) -> str:
    """The text of a file, or what an evidence package says of the log. Raises ValueError."""
    from seatwise.commands.verify_evidence import layers_of

    try:
        with path.open("rb") as file:
            content = file.read(MOST_READ)
        if not content.startswith(b"PK"):
            return content.decode(errors="replace")
        layers = layers_of(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    for problem in (problem for layer in layers for problem in layer.found.problems):
        raise ValueError(f"{path} is not unchanged evidence: {problem}")
    return "\n".join(str(layer.found.about.get("audit_log")) for layer in layers)
