"""`seatwise verify-evidence`: whether an evidence package is as it was sealed. Needs no database and no network."""

import argparse
import hashlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seatwise.commands.errors import Failure

if TYPE_CHECKING:
    from seatwise.lib.packages import PackageCheck

HELP = (
    "verify a review's evidence offline, byte by byte; exits with 0 if it is unchanged since it "
    "was sealed, 1 if it is not, 2 for a wrong option, and 3 if it is unchanged but the owner of "
    "the key was not verified"
)
NEEDS_SITE = False
EXPECTED = "expected 64 hexadecimal digits, as in the email at the closing of the review"
CLOSING, SINCE = "the evidence of the closing", "what happened since"
NOT_CHECKED = """Whose key this is was NOT checked: anyone can seal a package with a key of their own. Take the key
and the checksum from the email that the auditors got when the review was closed: --key KEY --sum SUM"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the package, a zip file")
    parser.add_argument(
        "--sum",
        metavar="SHA256",
        help=(
            "the manifest checksum from the email, or the checksum of the whole file; the output says which one matches"
        ),
    )
    parser.add_argument("--key", metavar="SHA256", help="the fingerprint of the site's key")


@dataclass(frozen=True)
class Layer:
    """A package, or the one within it."""

    name: str
    found: "PackageCheck"


def run(options: argparse.Namespace) -> int:
    """0: as it was sealed, 1: not, 2: wrong usage or no such file, 3: as it was sealed by a key that nobody named."""
    for name, value in (("--sum", options.sum), ("--key", options.key)):
        if value is not None and not re.fullmatch("[0-9a-fA-F]{64}", value):
            raise Failure(shown(f"{name} is {value!r} ({EXPECTED})"), 2)
    if options.file.exists() and not options.file.is_file():
        raise Failure(shown(f"{options.file} is not a file"), 2)
    try:
        layers = layers_of(options.file)
        file_sum = _sum_of(options.file)
    except OSError as error:
        raise Failure(shown(f"{options.file} cannot be read: {error.strerror}"), 2) from None
    key, wanted = (str(each or "").lower() for each in (options.key, options.sum))
    problems = [*_problems(layers), *_other_than_named(layers, file_sum, key, wanted)]
    for problem in problems:
        print(f"{options.file}: {problem}")
    if problems:
        return 1
    _say(options.file, layers)
    return _say_what_it_rests_on(layers, file_sum, key, wanted)


def layers_of(file: Path) -> list[Layer]:
    """The package of the closing; before it, where there is one, the package of what happened since around it."""
    from seatwise.lib.packages import verify

    with tempfile.TemporaryFile() as within:
        found = verify(file, {"evidence.zip": within})
        kind = found.about.get("kind")
        if found and kind not in ("evidence", "addenda"):
            found.problems.append("it is sealed, but not the evidence of a review")
        if kind != "addenda":
            return [Layer(CLOSING, found)]
        inner = verify(within)
    if inner.about.get("kind") != "evidence":
        inner.problems.append("it is not the evidence of a review")
    if inner.manifest_sum != found.about.get("evidence_manifest"):
        inner.problems.append("it is not the one that the addenda belong to")
    return [Layer(SINCE, found), Layer(CLOSING, inner)]


def _problems(layers: list[Layer]) -> Iterator[str]:
    for layer in layers:
        for problem in layer.found.problems:
            yield shown(f"{layer.name}: {problem}" if len(layers) > 1 else problem)


def _other_than_named(layers: list[Layer], file_sum: str, key: str, wanted: str) -> Iterator[str]:
    if wanted and wanted not in [file_sum, *(layer.found.manifest_sum for layer in layers)]:
        yield "the checksum you gave matches neither a manifest in it nor the file"
    for layer in layers:
        if key and layer.found.fingerprint != key:
            yield f"{layer.name} was not sealed with the key you gave"


def _say(file: Path, layers: list[Layer]) -> None:
    evidence = layers[-1].found
    about = evidence.about
    print(shown(f"{file}: the evidence of the review “{about.get('review')}” of {about.get('service')}."))
    print("  every byte        as it was sealed")
    print(shown(f"  closed            {about.get('closed_at')}"))
    print(f"  files             {len(evidence.files)}")
    print(f"  manifest checksum {evidence.manifest_sum}")
    if len(layers) > 1:
        print(f"  addenda checksum  {layers[0].found.manifest_sum}")
    print(f"  key               {evidence.fingerprint}")
    if layers[0].found.fingerprint != evidence.fingerprint:
        print(f"  addenda key       {layers[0].found.fingerprint}")
    print(shown(f"  audit log         {about.get('audit_log')} (its end then; check it by verify-audit --head)"))


def _say_what_it_rests_on(layers: list[Layer], file_sum: str, key: str, wanted: str) -> int:
    """What the sum and the key that were named vouch for; 3 where that leaves something out."""
    if key:
        print("The key is the one you gave.")
    resting = bool(key)
    if wanted == file_sum:
        print("The checksum you gave is that of the whole file.")
        resting = True
    for place, layer in enumerate(layers):
        if wanted == layer.found.manifest_sum:
            print(f"The checksum you gave is that of the manifest of {layer.name}.")
            resting = resting or place == 0  # the outer manifest has the sum of what is within
    if resting:
        return 0
    if wanted:
        print(f"It says nothing about {layers[0].name}.")
    print(NOT_CHECKED)
    return 3


def shown(text: str) -> str:
    """A text for a terminal: what a package says of itself must not move the cursor."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _sum_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
