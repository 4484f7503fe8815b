"""Where somebody may be sent on to: a path of this site, in every browser's reading."""

import re

LONGEST = 4000
_PATH = re.compile(r"\A/(?![/\\])[^\x00-\x20\x7f\\]*\Z")


def is_own_path(url: str) -> bool:
    """Whether an address is a path of ours: one slash at first, no backslash, blank or control character anywhere."""
    return len(url) <= LONGEST and bool(_PATH.match(url))
