"""`seatwise find-seat`: a free seat, or the holders by how little they use theirs, as the page has them."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from seatwise.commands.errors import Failure
from seatwise.commands.named import person_of, service_of
from seatwise.commands.reading_options import at_least

if TYPE_CHECKING:
    from seatwise.seat_requests.ranking import Candidate, Found

HELP = "find a seat for someone: a free one, or the holders who use theirs least"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The service, for whom, and how the list is printed."""
    parser.add_argument("service", metavar="SERVICE", help="the code of the service")
    parser.add_argument("--for", dest="for_login", metavar="LOGIN", help="the new holder; not listed themselves")
    parser.add_argument(
        "--department-first", action="store_true", help="list holders in the same department as --for first"
    )
    parser.add_argument("--limit", type=at_least(1), default=20, metavar="N", help="at most this many (default 20)")
    parser.add_argument("--output", choices=("table", "json"), default="table", help="default table")


def run(options: argparse.Namespace) -> None:
    """0: printed, 1: no such service or person, 2: wrong usage."""
    from django.utils.translation import override

    from seatwise.configuration import today
    from seatwise.seat_requests.ranking import find

    service = service_of(options.service)
    for_user = person_of(options.for_login) if options.for_login else None
    if options.department_first and for_user is None:
        raise Failure("--department-first needs --for LOGIN.", 2)
    with override("en"):
        found = find(service, today(), for_user, options.department_first)
        candidates = found.candidates[: options.limit]
        (print_json if options.output == "json" else print_table)(found, candidates)


def print_table(found: "Found", candidates: "list[Candidate]") -> None:
    """Aligned text for a person; what the list rests on, on standard error."""
    from seatwise.commands.usage_output import say
    from seatwise.lib.logins import visible
    from seatwise.lib.tables import aligned

    rows = [
        [visible(each.user.login), visible(each.user.name), str(each.last_access or "–"), *each.figures, each.reason]
        for each in candidates
    ]
    print(free_in_words(found))
    titles = ["Login", "User", "Last Access", "30", "90", "365", ""]
    if rows:
        cut = [row[:-1] for row in rows]
        lines = aligned(titles[:-1], cut, [3, 4, 5])
        print("\n".join(line if i < 2 else f"{line}  {rows[i - 2][-1]}" for i, line in enumerate(lines)))
    if not found.ground.is_recorded:
        say("Nothing has been recorded for this service yet, so use cannot be judged.")
    for each in found.left_out:
        say(f"Not judged: {visible(each.user.login)} ({'; '.join(each.reason_texts)}).")
    if found.in_full_use:
        say(f"{found.in_full_use} more use their seat on all expected days, or may have on days without records.")
    if found.looked_at < found.holders:
        say(f"The {found.looked_at} who use it least were checked, of {found.holders} holders.")


def free_in_words(found: "Found") -> str:
    """Whether there is a free seat."""
    if found.free is None:
        return "Seats are not limited: no contract was entered."
    pending = f" ({found.seats.pending} removals not confirmed yet)" if found.seats.pending else ""
    return f"Free seats: {found.free}; {found.seats.held} of {found.seats.contracted} held{pending}."


def print_json(found: "Found", candidates: "list[Candidate]") -> None:
    """The same for programs."""
    from seatwise.seat_requests.wording import date_or_none

    as_of, since = date_or_none(found.ground.as_of), date_or_none(found.ground.first_day)
    print(
        json.dumps(
            {
                "service": found.ground.service.code,
                "seats": {
                    "contracted": found.seats.contracted,
                    "held": found.seats.held,
                    "pending": found.seats.pending,
                    "free": found.free,
                },
                "recorded_since": since.isoformat() if since else None,
                "as_of": as_of.isoformat() if as_of else None,
                "candidates": [as_json(each) for each in candidates],
                "not_judged": [
                    {"login": each.user.login, "reasons": [reason_as_json(one) for one in each.reasons]}
                    for each in found.left_out
                ],
                "in_full_use": found.in_full_use,
                "looked_at": found.looked_at,
                "holders": found.holders,
            },
            ensure_ascii=False,
            indent=2,
        )
    )


def as_json(each: "Candidate") -> dict[str, Any]:
    return {
        "login": each.user.login,
        "name": each.user.name,
        "departments": list(each.departments),
        "last_access": each.last_access.isoformat() if each.last_access else None,
        "license_since": each.license.first_day.isoformat(),
        "days_without_access": each.measure.idle,
        "access_days": {
            str(count.window): {"number": count.number, "at_least": count.at_least} for count in each.measure.counts
        },
        "days_that_count_as_used": {
            str(count.window): {"number": use.at_most, "expected": use.expected}
            for count, use in zip(each.measure.counts, each.measure.uses, strict=True)
        },
        "same_department": each.measure.same_department,
        "reason": each.reason,
    }


def reason_as_json(reason: Any) -> dict[str, Any]:
    """Why somebody is not judged, and until when."""
    return {"why": str(reason.why), "until": reason.until.isoformat() if reason.until else None}
