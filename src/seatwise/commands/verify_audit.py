"""`seatwise verify-audit`: whether the audit log still is what was written."""

import argparse
import re
import sys
from typing import TYPE_CHECKING

from seatwise.commands.django_setup import setup

if TYPE_CHECKING:
    from seatwise.audit.sealing import Head

HELP = "find an entry of the audit log that was changed, removed, put in or cut off"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """An end of the log that somebody wrote down."""
    parser.add_argument(
        "--head",
        metavar="NUMBER:HASH",
        help="an entry that must still be there, as the letter at the closing of a review names it",
    )


def run(options: argparse.Namespace) -> int:
    """0: intact, 1: not, 2: wrong usage or no key."""
    setup()
    from seatwise.audit.sealing import KeyUnreadable
    from seatwise.audit.verifying import verify

    try:
        verdict = verify(head_of(options.head))
    except (ValueError, KeyUnreadable) as error:
        print(f"seatwise verify-audit: {error}", file=sys.stderr)
        return 2
    if not verdict:
        print(f"The audit log is not as it was written: {verdict.problem}.")
        return 1
    removed = (
        f" (entries up to {verdict.first - 1:,} were removed under a signed checkpoint)" if verdict.first > 1 else ""
    )
    end = f" It ends with {verdict.head.number}:{verdict.head.hash}" if verdict.head and verdict.head.number else ""
    print(f"All {verdict.entries:,} entries are as they were written{removed}.{end}")
    return 0


def head_of(text: str | None) -> "Head | None":
    """What was written down. Raises ValueError."""
    from seatwise.audit.sealing import Head

    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{64})", text.strip())
    if not found:
        raise ValueError(f"--head is {text!r} (expected NUMBER:HASH, as the letter has it)")
    return Head(int(found[1]), found[2])
