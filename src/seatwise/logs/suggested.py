"""Which format a line of names and values may be in, by what its names are called: to be tried, not taken unasked."""

from collections.abc import Iterator, Mapping
from typing import Any

_CALLED = {  # the surest first; compared without _, -, @ and capitals
    "time": (
        "time", "timestamp", "timelocal", "timeiso8601", "datetime", "ts", "t", "date", "starttime", "startutc",
        "requesttime", "edgestarttimestamp", "createdat", "msec",
    ),
    "user": (
        "user", "username", "remoteuser", "login", "loginname", "uname", "clientusername", "userid", "useremail",
        "email", "account", "principal", "xforwardeduser", "user.name", "user.id", "user.email", "usr", "usr.id",
    ),
    "request": ("request", "requestline", "req"),
    "method": (
        "method", "requestmethod", "httpmethod", "verb", "http.method", "http.request.method", "request.method",
        "httprequest.requestmethod", "clientrequestmethod", "req.method",
    ),
    "uri": (
        "uri", "requesturi", "path", "url", "requesturl", "requestpath", "url.path", "url.original", "http.url",
        "request.uri", "request.path", "request.url", "httprequest.requesturl", "clientrequesturi", "req.url",
    ),
    "status": (
        "status", "statuscode", "code", "responsecode", "httpstatus", "httpstatuscode", "responsestatus",
        "downstreamstatus", "http.statuscode", "http.response.statuscode", "response.status", "httprequest.status",
        "edgeresponsestatus", "res.statuscode", "res.status",
    ),
}  # fmt: skip


def suggested(found: Mapping[str, Any], kind: str) -> str | None:
    """`json:time=…,user=…` for an object of this kind (json, logfmt or ltsv); None if it lacks a user, "" if else."""
    paths = {_plain(path): path for path in reversed([*_paths(found)])}
    taken = {what: next((paths[name] for name in names if name in paths), "") for what, names in _CALLED.items()}
    whole = taken.pop("request")
    if " " in str(found.get(whole, "")):
        del taken["method"], taken["uri"]
        taken["request"] = whole
    if not taken["user"]:
        return None
    return f"{kind}:" + ",".join(f"{what}={path}" for what, path in taken.items()) if all(taken.values()) else ""


def _paths(found: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Where values stand: names as the map of a format has them."""
    for name, value in found.items():
        path = before + "".join("\\" + sign if sign in r"\.,=" else sign for sign in name)
        if isinstance(value, dict):
            yield from _paths(value, path + ".")
        else:
            yield path


def _plain(path: str) -> str:
    return path.casefold().replace("\\.", ".").translate(dict.fromkeys(map(ord, "_-@ ")))
