"""Reading a map of JSON names: `time=ts,user=user_id,method=request.method,…`.

A dot leads into an object; `\\.` `\\,` and `\\=` are a dot, a comma and an equals sign within a name.
"""

import re
from collections.abc import Mapping

from seatwise.logs.fields import FormatError, require
from seatwise.logs.notices import FormatCode

JsonMap = Mapping[str, tuple[str, ...]]  # role → names from the outermost object inwards

ALIASES = {
    "user": "login",
    "login": "login",
    "time": "time",
    "request": "request",
    "method": "method",
    "uri": "uri",
    "path": "uri",
    "status": "status",
    "host": "host",
    "assume": "assume",
}
_PART = re.compile(r"((?:[^\\,=]|\\.)*)=((?:[^\\,=]|\\.)*)(?:,|$)")


def split_names(text: str) -> tuple[str, ...]:
    """The names of a dotted path; FormatError if one of them is empty."""
    if re.fullmatch(r"(?:(?:[^\\.]|\\.)+\.)*(?:[^\\.]|\\.)+", text, re.DOTALL) is None:
        raise FormatError(FormatCode.NO_JSON_NAME, text=text)
    parts = re.findall(r"((?:[^\\.]|\\.)+)(?:\.|$)", text, re.DOTALL)
    return tuple(re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in parts)


def parse_json_map(text: str, login_field: str | None) -> tuple[JsonMap, int]:
    """The map that `text` writes down, and the status that it assumes or -1; FormatError if it lacks what is needed."""
    found: dict[str, tuple[str, ...]] = {}
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        role = ALIASES.get(part[1].strip()) if part else None
        if part is None or role is None or not part[2].strip():
            raise FormatError(FormatCode.NO_JSON_MAP, text=text, rest=text[at:], names=", ".join(ALIASES))
        found[role] = split_names(part[2].strip())
        at = part.end()
    if login_field is not None:
        found["login"] = split_names(login_field)
    assumed = found.pop("assume", ("",))[0]
    require([*found, *(["status"] if assumed.isdecimal() else [])])
    if "request" in found:
        found.pop("method", None)
        found.pop("uri", None)
    return found, int(assumed) if assumed.isdecimal() else -1
