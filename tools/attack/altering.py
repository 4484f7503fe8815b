"""Files that somebody altered: each way is a function of the bytes and dice, and gives other bytes."""

import io
import json
import random
import zipfile
from collections.abc import Callable

Way = Callable[[bytes, random.Random], bytes]


def flipped(content: bytes, dice: random.Random) -> bytes:
    """One bit."""
    at = dice.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << dice.randrange(8))]) + content[at + 1 :]


def overwritten(content: bytes, dice: random.Random) -> bytes:
    """Some bytes in a row."""
    at, many = dice.randrange(len(content)), dice.randrange(1, 64)
    other = bytes(each ^ dice.randrange(1, 256) for each in content[at : at + many])
    return content[:at] + other + content[at + many :]


def cut(content: bytes, dice: random.Random) -> bytes:
    """The end is missing."""
    return content[: dice.randrange(len(content))]


def put_in(content: bytes, dice: random.Random) -> bytes:
    """Bytes in the middle."""
    at = dice.randrange(1, len(content))
    return content[:at] + dice.randbytes(dice.randrange(1, 64)) + content[at:]


def put_before(content: bytes, dice: random.Random) -> bytes:
    """Bytes before all others, as a program that unpacks itself has them."""
    return dice.randbytes(dice.randrange(1, 64)) + content


def put_after(content: bytes, dice: random.Random) -> bytes:
    """Bytes after all others."""
    return content + dice.randbytes(dice.randrange(1, 64))


def taken_out(content: bytes, dice: random.Random) -> bytes:
    """Bytes from the middle."""
    at = dice.randrange(len(content) - 1)
    return content[:at] + content[at + dice.randrange(1, 64) :]


def _again(content: bytes, change: Callable[[list[tuple[str, bytes]]], None], comment: bytes = b"") -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, each in members:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), each)
        archive.comment = comment
    return out.getvalue()


def shuffled(content: bytes, dice: random.Random) -> bytes:
    """The members in another order."""
    return _again(content, lambda members: _other_order(members, dice))


def _other_order(members: list[tuple[str, bytes]], dice: random.Random) -> None:
    before = list(members)
    while members == before:
        dice.shuffle(members)


def with_a_comment(content: bytes, dice: random.Random) -> bytes:
    """A comment of the zip file."""
    return _again(content, lambda members: None, dice.randbytes(20))


def with_one_more(content: bytes, dice: random.Random) -> bytes:
    """A member that was not there."""
    name = dice.choice(["notes.txt", "../notes.txt", "manifest.json ", "Manifest.json", "a/b", "evidence.csv\0"])
    return _again(content, lambda members: members.insert(dice.randrange(len(members)), (name, dice.randbytes(9))))


def with_one_less(content: bytes, dice: random.Random) -> bytes:
    """A member that is gone."""
    return _again(content, lambda members: members.pop(dice.randrange(len(members))) and None)


def with_another_content(content: bytes, dice: random.Random) -> bytes:
    """A member whose content is another one."""

    def change(members: list[tuple[str, bytes]]) -> None:
        at = dice.choice([at for at, (_, each) in enumerate(members) if each])
        members[at] = members[at][0], flipped(members[at][1], dice)

    return _again(content, change)


def two_exchanged(content: bytes, dice: random.Random) -> bytes:
    """Two members have each other's content."""

    def change(members: list[tuple[str, bytes]]) -> None:
        one, two = dice.sample([at for at, (_, each) in enumerate(members) if each], 2)
        (a, x), (b, y) = members[one], members[two]
        members[one], members[two] = (a, y), (b, x)

    return _again(content, change)


def with_another_manifest(content: bytes, dice: random.Random) -> bytes:
    """A manifest that says the same, or more, in other bytes."""

    def change(members: list[tuple[str, bytes]]) -> None:
        [at] = [at for at, (name, _) in enumerate(members) if name == "manifest.json"]
        read = json.loads(members[at][1])
        read["note"] = dice.random()
        members[at] = members[at][0], json.dumps(read).encode()

    return _again(content, change)


WAYS: tuple[Way, ...] = (
    flipped,
    overwritten,
    cut,
    put_in,
    put_before,
    put_after,
    taken_out,
    shuffled,
    with_a_comment,
    with_one_more,
    with_one_less,
    with_another_content,
    two_exchanged,
    with_another_manifest,
)
