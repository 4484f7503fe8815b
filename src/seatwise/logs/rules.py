"""What counts as access: the rules of a service, and how they become tables for the kernel.

A glob's `*` stands for any bytes, `/` too; nothing else is special. Hosts are compared in lower case, with and without
their port. Giving globs of one sort replaces the defaults of that sort.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from seatwise.lib.days import local_turns, zone_turns
from seatwise.logs.kernel import ACCESS, API, ASSET, Judgement
from seatwise.logs.program import Tables, offsets

SCREENS = ("*",)
APIS = (
    "/api/*",
    "*/api/*",  # kintone's /k/api/, Garoon's, Redmine's, GitLab's and many others
    "/k/v1/*",  # kintone REST API
    "/k/guest/*/v1/*",  # kintone REST API of guest spaces
    "/v1/*",  # cybozu.com User API
    "/g/cbpapi/*",  # Garoon SOAP API
    "*/cbpapi/*",
    "/rest/*",  # Confluence, Jira
    "/graphql",
    "/remote.php/*",  # Nextcloud's WebDAV and CalDAV
    "/ocs/*",  # Nextcloud's status calls
    "/wp-json/*",
    "/xmlrpc.php",
)
ASSETS = (
    *(
        f"*.{ending}"
        for ending in (
            "css js mjs map png jpg jpeg gif svg ico webp avif bmp woff woff2 ttf otf eot webmanifest".split()
        )
    ),
    "/assets/*",
    "/static/*",
)

GLOBS_IN_WORD = 62


@dataclass(frozen=True)
class Rules:
    """The rules of one service: globs for hosts (none: any host), screens, API and assets; logins of programs."""

    hosts: tuple[str, ...] = ()
    screens: tuple[str, ...] = SCREENS
    apis: tuple[str, ...] = APIS
    assets: tuple[str, ...] = ASSETS
    programs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Zones:
    """The organization's zone, and the zone of a log whose times name no offset, as IANA names.

    Where the log's is not given, it is what the format says (W3C: UTC), else the organization's.
    """

    organization: str
    log: str | None = None


def one_class(globs: Sequence[str], class_: int) -> list[tuple[int, list[bytes]]]:
    """The globs of one class in words of at most 62."""
    encoded = [glob.encode() for glob in globs]
    return [(class_, encoded[i : i + GLOBS_IN_WORD]) for i in range(0, len(encoded), GLOBS_IN_WORD)]


ANY = range(256)


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


def judgement(rules: Rules, zones: Zones, log_zone: str | None, today: int, tables: Tables) -> Judgement:
    """The tables of the kernel for these rules and zones; the last day that is not in the future is tomorrow.

    `log_zone` is what the format says of times without an offset.
    """
    turns, zone_offsets = zone_turns(zones.organization, today + 3)
    log_turns, log_offsets = zone_turns(zones.log or log_zone or zones.organization, today + 3)
    words = one_class(rules.apis, API) + one_class(rules.assets, ASSET) + one_class(rules.screens, ACCESS)
    globs = [glob for _, word in words for glob in word]
    return Judgement(
        turns=tables.ints(turns),
        offsets=tables.ints(zone_offsets),
        local_turns=tables.ints(local_turns(log_turns, log_offsets)),
        local_offsets=tables.ints(log_offsets),
        last_day=today + 1,
        globs=tables.text(b"".join(globs)),
        glob_at=tables.ints(offsets(globs)),
        words=tables.ints(offsets([b"x" * len(word) for _, word in words])),
        classes=tables.ints([class_ for class_, _ in words]),
        leads=tables.ints([bits for _, word in words for bits in may_fit([leading(glob) for glob in word])]),
        tails=tables.ints([bits for _, word in words for bits in may_fit([trailing(glob) for glob in word])]),
        hosts=tables.text("".join(rules.hosts).lower().encode()),
        host_at=tables.ints(offsets([host.lower().encode() for host in rules.hosts])),
    )


def may_fit(bytes_of: Sequence[range]) -> list[int]:
    """For each byte, a bit for each glob whose byte it may be."""
    table = [0] * 256
    for i, may in enumerate(bytes_of):
        for byte in may:
            table[byte] |= 1 << i
    return table
