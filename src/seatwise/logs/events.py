"""Lines that say what happened, not what was requested, written as JSON that says who, when, what and how it ended.

Sources: Keycloak's listener jboss-logging, server guide "Configuring logging"; Authelia "Log", internal/handlers;
Atlassian "How to read the Bitbucket Server log formats".
"""

import json
import re
from collections.abc import Callable, Mapping

_STAMP = rb"(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]?\d*(?:Z|[+-]\d\d:?\d\d)?)"
_JBOSS = re.compile(_STAMP + rb" +[A-Z]+ +\[(?P<logger>[\w.$-]+)\] \([^\n]*?\) (?P<said>[^\n]*)")
_DETAIL = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^,]*))(?:, |$)')
_LOGRUS = re.compile(
    rb'time="?(?P<time>[^\s"]+)"? level="?\w+"? msg=(?:"(?P<said>(?:[^"\\]|\\.)*)"|(?P<word>\S+))(?= |$)'
)
_ATTEMPT = re.compile(r"(Unsuccessful|Successful) (\S+) authentication attempt (?:made )?by user '(.*?)'(?=$|:)")
_SSH = re.compile(
    rb"^(?P<before>(?:[^|\n]*\| ){5})SSH - (?P<program>\S+) '?(?P<path>[^|\n]*?)'? \| "
    rb"(?:\"[^\"\n]*\"|-)? ?\| (?P<code>\d+|-) \| ",
    re.MULTILINE,
)
_ARRIVES = re.compile(rb"^((?:[^|\n]*\| ){2}i(?:[^|\n]*\| ){3}\"[^\n]*\" \| )-(?= \| )", re.MULTILINE)


def of_each(event: Callable[[bytes], Mapping[str, object] | None]) -> Callable[[bytes], bytes]:
    """What writes each line of which an event can be made as JSON; others stay as they are."""

    def written(line: bytes) -> bytes:
        text = line.removesuffix(b"\r")
        found = event(text) if text else None
        return line if found is None else json.dumps(found, ensure_ascii=False).encode("utf-8", "surrogateescape")

    return lambda block: b"\n".join(map(written, block.split(b"\n")))


def object_in(line: bytes) -> Mapping[str, object] | None:
    """The object that a line of JSON is."""
    try:
        found = json.loads(line.decode("utf-8", "surrogateescape")) if line[:1] == b"{" else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def of_keycloak(line: bytes) -> Mapping[str, object] | None:
    """A line of Keycloak's log. The path of an event is /realm/client/; what is no LOGIN has its type as method."""
    found = object_in(line)
    said: object = None
    time: object = None
    if found is not None and "loggerName" in found:
        logger, said, time = str(found.get("loggerName")), found.get("message"), found.get("timestamp")
    elif text := _JBOSS.fullmatch(line):
        logger, said, time = (text[name].decode("utf-8", "surrogateescape") for name in ("logger", "said", "time"))
    if not isinstance(said, str) or time is None:
        return None
    details: dict[str, str] = {}
    for name, quoted, bare in _DETAIL.findall(said) if logger.endswith(".events") else ():
        if name == "username" or name not in details:  # the last one, lest an address before it holds another
            details[name] = quoted.replace('\\"', '"') or bare
    kind = details.get("type", "")
    if not kind or not said.startswith("type="):  # nobody, but something was logged then
        return {"time": time, "keycloak_event": "", "keycloak_client": "/", "status": 200}
    from urllib.parse import quote  # noqa: PLC0415 - slow to import, and hardly ever needed

    realm, client = details.get("realmName") or details.get("realmId", ""), details.get("clientId", "")
    login = details.get("username", "")
    return {
        "time": time,
        "user": "" if login == "null" else login,
        "keycloak_event": "POST" if kind in ("LOGIN", "LOGIN_ERROR") else kind,
        "keycloak_client": f"/{quote(realm)}/{quote(client, safe=':/')}/",
        "status": 401 if kind.endswith("_ERROR") else 200,
    }


def of_authelia(line: bytes) -> Mapping[str, object] | None:
    """A line of Authelia's log, as text or JSON. The path is the factor: /1FA, /TOTP."""
    found = object_in(line)
    said: object = None
    time: object = None
    if found is not None and "level" in found:
        said, time = found.get("msg"), found.get("time")
    elif text := _LOGRUS.match(line):
        time = text["time"].decode("utf-8", "surrogateescape")
        said = (text["said"] or text["word"] or b"").decode("utf-8", "surrogateescape")
        said = re.sub(r"\\(.)", r"\1", said)
    if not isinstance(said, str) or time is None:
        return None
    attempt = _ATTEMPT.match(said)
    if attempt is None:
        return {"time": time, "method": "", "authelia_factor": "/", "status": 200}
    status = 200 if attempt[1] == "Successful" else 401
    return {"time": time, "user": attempt[3], "method": "POST", "authelia_factor": f"/{attempt[2]}", "status": status}


def of_bitbucket(block: bytes) -> bytes:
    """Lines of Bitbucket's log: those of SSH as requests of /ssh/… with the status that their exit code means.

    Each request has two lines, one when it arrives; that has 000 for its status.
    """

    def request(found: re.Match[bytes]) -> bytes:
        status = {b"-": b"000", b"0": b"200"}.get(found["code"], b"500")
        return b'%b"POST /ssh/%b HTTP/1.1" | "" "" | %b | ' % (found["before"], found["path"].lstrip(b"/"), status)

    return _ARRIVES.sub(rb"\g<1>000", _SSH.sub(request, block))
