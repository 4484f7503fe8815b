"""From a format and rules to what the C library runs: tables of numbers and bytes."""

import functools
from collections.abc import Sequence

from seatwise.lib.days import local_turns, zone_turns
from seatwise.logs.escapes import BY_JSON
from seatwise.logs.facts import REASON_NAMES
from seatwise.logs.fields import Field
from seatwise.logs.formats import Format
from seatwise.logs.json_tree import objects_in, roles_in, tree_of
from seatwise.logs.jsonmap import JsonMap
from seatwise.logs.layout import KINDS, LEAF
from seatwise.logs.library import Judgement, Program, integers
from seatwise.logs.rules import Rules

GLOBS_IN_WORD = 62
ANY = range(256)


def offsets(parts: Sequence[bytes]) -> list[int]:
    """Where each of the parts begins when they are joined, and where the last one ends."""
    found = [0]
    for part in parts:
        found.append(found[-1] + len(part))
    return found


def compile_format(form: Format) -> Program:
    return compile_json(form.json, form.assumed) if form.json is not None else compile_text(form)


def compile_text(form: Format) -> Program:
    """The program of a format of text: literals and fields in turn, a literal first and last."""
    literals, fields = [b""], []
    login = False
    unquoted = False
    for piece in form.pieces:
        if isinstance(piece, Field):
            fields.append(piece)
            if piece.role == "login":
                login, unquoted = True, literals[-1][-1:] not in (b'"', b"'")
            literals.append(b"")
        else:
            literals[-1] += piece.encode()
    return Program(
        w3c=int(form.directives),
        escapes=form.escapes,
        assumed=form.assumed,
        quotes=int(form.quotes),
        unquoted=int(unquoted),
        silent=int(not login),
        day=form.date[0] if form.date else -1,
        since=form.date[1] if form.date else 0,
        fields=len(fields),
        kinds=integers([KINDS.index(field.role) for field in fields]),
        least=integers([field.least for field in fields]),
        literals=b"".join(literals),
        literal_at=integers(offsets(literals)),
    )


def compile_json(wanted: JsonMap, assumed: int) -> Program:
    """The program of a map of JSON names: a tree, its objects by number, the outermost first."""
    objects = list(objects_in(tree_of(wanted)))
    number = {id(tree): i for i, tree in enumerate(objects)}
    names = [name.encode() for tree in objects for name in tree]
    return Program(
        json=1,
        escapes=BY_JSON,
        assumed=assumed,
        quotes=1,
        day=-1,
        literal_at=integers([0, 0]),
        children=integers(offsets([b"x" * len(tree) for tree in objects])),
        names=b"".join(names),
        name_at=integers(offsets(names)),
        targets=integers(
            [
                LEAF + KINDS.index(inner) if isinstance(inner, str) else number[id(inner)]
                for tree in objects
                for inner in tree.values()
            ]
        ),
        below=integers([sum(1 << KINDS.index(role) for role in set(roles_in(tree))) for tree in objects]),
    )


def one_class(globs: Sequence[str], name: str) -> list[tuple[int, list[bytes]]]:
    """The globs of one class in words of at most 62."""
    encoded = [glob.encode() for glob in globs]
    class_ = REASON_NAMES.index(name)
    return [(class_, encoded[i : i + GLOBS_IN_WORD]) for i in range(0, len(encoded), GLOBS_IN_WORD)]


def leading(pattern: bytes) -> range:
    """What the second byte of a path of two bytes or more that fits the pattern may be."""
    if b"*" in pattern[:2]:
        return ANY
    return range(pattern[1], pattern[1] + 1) if len(pattern) >= 2 else range(0)


def trailing(pattern: bytes) -> range:
    """What the last byte of a path that fits the pattern may be."""
    if pattern[-1:] == b"*":
        return ANY
    return range(pattern[-1], pattern[-1] + 1) if pattern else range(0)


def may_fit(bytes_of: Sequence[range]) -> list[int]:
    """For each byte, a bit for each glob whose byte it may be."""
    table = [0] * 256
    for i, may in enumerate(bytes_of):
        for byte in may:
            table[byte] |= 1 << i
    return table


@functools.lru_cache(maxsize=16)
def judgement(rules: Rules, organization: str, log: str, today: int) -> Judgement:
    """The tables of rules, and of the zones of days and of the log; the last day not in the future is tomorrow."""
    turns, zone_offsets = zone_turns(organization, today + 3)
    log_turns, log_offsets = zone_turns(log, today + 3)
    words = one_class(rules.apis, "api") + one_class(rules.assets, "asset") + one_class(rules.screens, "access")
    globs = [glob for _, word in words for glob in word]
    hosts = [host.lower().encode() for host in rules.hosts]
    return Judgement(
        turn_count=len(turns),
        turns=integers(turns),
        offsets=integers(zone_offsets),
        local_count=len(log_turns),
        local_turns=integers(local_turns(log_turns, log_offsets)),
        local_offsets=integers(log_offsets),
        last_day=today + 1,
        globs=b"".join(globs),
        glob_at=integers(offsets(globs)),
        word_count=len(words),
        words=integers(offsets([b"x" * len(word) for _, word in words])),
        classes=integers([class_ for class_, _ in words]),
        leads=integers([bits for _, word in words for bits in may_fit([leading(glob) for glob in word])]),
        tails=integers([bits for _, word in words for bits in may_fit([trailing(glob) for glob in word])]),
        host_count=len(hosts),
        hosts=b"".join(hosts),
        host_at=integers(offsets(hosts)),
    )
