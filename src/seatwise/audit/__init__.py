"""Who did what to whom, and when: entries that are only ever added, each chained to the one before.

    audit.record(by=person, verb="license.revoke", subject=license, before={…}, after={…}, reason="…")

must be called in the transaction of the change. A verb is `noun.verb`; an app names its verbs for people with
`audit.describe({"license.revoke": gettext_lazy("removed a license")})` in AppConfig.ready.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from seatwise.audit.verbs import describe

__all__ = ["describe", "entry", "record", "record_change", "record_many"]


def entry(
    by: Any,
    verb: str,
    subject: Any = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """What is to be added. `by` is a person, or None for a command or the site itself."""
    return {"by": by, "verb": verb, "subject": subject, "before": before, "after": after, "reason": reason}


def record(*, by: Any, verb: str, subject: Any = None, **said: Any) -> None:
    """Add one `entry`."""
    record_many([entry(by, verb, subject, **said)])


def record_change(*, by: Any, verb: str, subject: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Add an entry of what of `after` was otherwise before; False where nothing was, and nothing is added."""
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    if changed:
        was = {name: before.get(name, "") for name in changed}
        record(by=by, verb=verb, subject=subject, before=was, after=changed)
    return bool(changed)


def record_many(entries: Iterable[Mapping[str, Any]]) -> None:
    """Add many entries, in order; each an `entry`. Others who add wait until the transaction ends."""
    from seatwise.audit import recording  # noqa: PLC0415 - Django imports this package before models can be

    recording.record_many(entries)
