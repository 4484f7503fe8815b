"""`seatwise verify-evidence`: whether an evidence package is as it was sealed. Needs no database and no network."""

import argparse
import io
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seatwise.lib.packages import Verdict

HELP = "check the evidence of a review offline: every file, the manifest, its signature"
EXPECTED = "expected 64 hexadecimal digits, as the letter at the closing of the review has them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, and what the letter said."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the package, a zip file")
    parser.add_argument("--sum", metavar="SHA256", help="the sum of the manifest that the letter named")
    parser.add_argument("--key", metavar="SHA256", help="the fingerprint of the key that the site is known by")


def run(options: argparse.Namespace) -> int:
    """0: as it was sealed, 1: not, 2: wrong usage or no such file."""
    from seatwise.lib.packages import verify

    for name, value in (("--sum", options.sum), ("--key", options.key)):
        if value is not None and not (len(value) == 64 and set(value.lower()) <= set("0123456789abcdef")):
            return _fail(f"{name} is {value!r} ({EXPECTED})", 2)
    try:
        found = verify(options.file)
        inner = _inner(options.file, found)
    except OSError as error:
        return _fail(f"{options.file} cannot be read: {error.strerror}", 2)
    problems = (
        [*found.problems, *(f"evidence.zip in it: {problem}" for problem in inner.problems)]
        if inner
        else found.problems
    )
    sums = [each.manifest_sum for each in (found, inner) if each]
    if options.sum and options.sum.lower() not in sums:
        problems.append("the sum of its manifest is not the one that was named")
    if options.key and any(each.fingerprint != options.key.lower() for each in (found, inner) if each):
        problems.append("it was not sealed with the key that was named")
    for problem in problems:
        print(f"{options.file}: {problem}")
    if problems:
        return 1
    _say(options.file, inner or found, found if inner else None)
    return 0


def _inner(file: Path, found: "Verdict") -> "Verdict | None":
    """The package of the closing, where what happened since is around it."""
    from seatwise.lib.packages import Verdict, verify

    if found.about.get("kind") != "addenda":
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            inner = verify(io.BytesIO(archive.read("evidence.zip")))
    except KeyError:
        return Verdict(["is missing"])
    if inner.manifest_sum != found.about.get("evidence_manifest"):
        inner.problems.append("is not the one that the addenda belong to")
    return inner


def _say(file: Path, evidence: "Verdict", addenda: "Verdict | None") -> None:
    about = evidence.about
    print(f"{file}: the evidence of the review “{about.get('review')}” of {about.get('service')}, as it was sealed.")
    print(f"  closed            {about.get('closed_at')}")
    print(f"  files             {evidence.files}")
    print(f"  sum of manifest   {evidence.manifest_sum}")
    if addenda:
        print(f"  sum of addenda    {addenda.manifest_sum}")
    print(f"  key               {evidence.fingerprint}")
    print("Compare the sum and the key with the letter that the auditors got when the review was closed.")


def _fail(message: str, code: int) -> int:
    print(f"seatwise verify-evidence: {message}", file=sys.stderr)
    return code
