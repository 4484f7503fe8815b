"""`seatwise review`: drafting, opening, watching, reminding, carrying out and exporting reviews."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from seatwise.commands.errors import Failure
from seatwise.commands.named import add_action, people_of, person_of, service_of
from seatwise.commands.reading_options import at_least, day_option, filter_text, month_option

if TYPE_CHECKING:
    from seatwise.reviews.models import Review
    from seatwise.reviews.rules import Rule

LONGEST_NAME = 200
HELP = "preview, draft, open, monitor, remind, carry out and export license reviews"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_try(actions)
    _add_draft(actions)
    _action(actions, "open", _open, "fix the population and ask the selected holders").add_argument(
        "--by", required=True, metavar="LOGIN", help="the administrator who opens it"
    )
    status = add_action(actions, "status", _status, "print reviews, or the numbers of one")
    status.add_argument("number", nargs="?", type=at_least(1), metavar="NUMBER", help="of a review")
    _action(actions, "remind", _remind, "send open questions again, and remind the people who decide")
    close = _action(actions, "close", _close, "carry out the approved decisions; run it again if it was interrupted")
    close.add_argument("--by", required=True, metavar="LOGIN", help="the administrator who carries it out")
    export = _action(actions, "export", _export, "write the sealed evidence to a file")
    export.add_argument("file", type=Path, metavar="FILE", help="a new file (.zip)")


Actions: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _add_try(actions: "Actions") -> None:
    trial = add_action(actions, "try", _try, "print what a rule would select now, and would have selected before")
    _add_rule(trial)
    _add_asking_again(trial)


def _add_draft(actions: "Actions") -> None:
    draft = add_action(actions, "draft", _draft, "draft a review; without conditions, all holders are selected")
    draft.add_argument("--name", required=True, metavar="N", help="its name")
    draft.add_argument("--owner", required=True, metavar="LOGIN", help="the owner of the review")
    draft.add_argument("--due", required=True, type=day_option, metavar="D", help="the last day (YYYY-MM-DD)")
    _add_rule(draft)
    draft.add_argument("--without-asking", action="store_true", help="users are not asked first")
    _add_asking_again(draft)


def _add_asking_again(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--asking-again", action="store_true", help="include people who recently kept it with a reason")


def _add_rule(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("service", metavar="SERVICE", help="the code of the service")
    parser.add_argument("--idle-days", type=at_least(1, 3650), metavar="N", help="no access for at least N days")
    parser.add_argument("--at-most", type=at_least(0, 90), metavar="N", help="at most N access days in the window")
    parser.add_argument("--share", type=at_least(0, 100), metavar="P", help="at most P % of the expected days")
    parser.add_argument("--window", type=int, choices=(30, 90), default=30, help="days of the window (default 30)")
    parser.add_argument("--never", action="store_true", help="no access since recording began")
    parser.add_argument("--last-access-by", type=month_option, metavar="M", help="last access in or before (YYYY-MM)")
    parser.add_argument(
        "--held-at-least", type=at_least(1, 36500), metavar="N", help="license held for at least N days"
    )
    parser.add_argument("--at-least", type=at_least(0, 90), metavar="N", help="at least N access days in the window")
    parser.add_argument("--accessed", action="store_true", help="at least one access since recording began")
    parser.add_argument(
        "--department", type=filter_text, metavar="CODE", help="of this department and its sub-departments"
    )
    parser.add_argument(
        "--employment", choices=("full_time", "part_time", "other"), help="only people with this type of employment"
    )
    parser.add_argument(
        "--text", type=filter_text, metavar="T", help="only people whose name or login contains this text"
    )
    parser.add_argument("--login", action="append", metavar="LOGIN", help="only these people; repeat for each")
    parser.add_argument("--leave-out", action="append", metavar="LOGIN", help="not these people; repeat for each")


def _action(
    actions: "Actions", name: str, run: Callable[[argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    parser = add_action(actions, name, run, text)
    parser.add_argument("number", type=at_least(1), metavar="NUMBER", help="of the review")
    return parser


def review_of(number: int) -> "Review":
    from seatwise.reviews.models import Review

    review: Review | None = Review.objects.select_related("service", "owner").filter(pk=number).first()
    if review is None:
        raise Failure(f"there is no review number {number}. `seatwise review status` lists them.")
    return review


def rule_of(options: argparse.Namespace) -> "Rule":
    from seatwise.directory.models import Department
    from seatwise.reviews.rules import Rule

    if options.department and not Department.objects.filter(code=options.department).exists():
        raise Failure(f"there is no department with the code {options.department!r}.")
    return Rule(
        idle_days=options.idle_days,
        at_most=options.at_most,
        share=options.share,
        window=options.window,
        never=options.never,
        last_access_by=options.last_access_by,
        held_at_least=options.held_at_least,
        department=options.department,
        employment=options.employment,
        text=options.text,
        at_least=options.at_least,
        accessed=options.accessed,
        logins=tuple(user.folded for user in people_of(options.login or [])),
        without=tuple(user.folded for user in people_of(options.leave_out or [])),
    )


def _try(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.reviews.rule_preview import Trial

    trial = Trial(service_of(options.service), rule_of(options), today(), asks_again=options.asking_again)
    counts = trial.counts
    print(f"selected\t{counts.named}")
    for label, number in counts.left_out_in_words:
        print(f"left out: {label}\t{number}")
    print(f"not selected\t{counts.not_named}")
    if not trial.rows:
        return
    then = f"\tselected {trial.days_ago} days ago\tcame back within {trial.horizon}\tunknown" if trial.outcomes else ""
    print(f"\n{trial.condition}\tselected now{then}")
    for point, outcome in trial.rows:
        past = f"\t{outcome.named}\t{outcome.came_back}\t{outcome.untold}" if outcome else ""
        print(f"{point.cutoff}\t{point.named}{past}")


def _draft(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.lib import days
    from seatwise.reviews import opening
    from seatwise.reviews.models import able_owners

    owner = person_of(options.owner)
    if not able_owners().filter(pk=owner.pk).exists():
        raise Failure(f"{owner.login} cannot own a review: only administrators and department administrators can.")
    if len(options.name) > LONGEST_NAME:
        raise Failure(f"the name has more than {LONGEST_NAME} characters.")
    review = opening.draft(
        name=options.name,
        service=service_of(options.service),
        owner=owner,
        rule=rule_of(options),
        due=days.date_of(options.due),
        by=None,
        on=today(),
        asks_members=not options.without_asking,
        asks_again=options.asking_again,
    )
    print(f"Review {review.pk} was drafted. `seatwise review open {review.pk} --by LOGIN` opens it.")


def _open(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.reviews import opening, review_questions
    from seatwise.reviews.models import Item

    by = person_of(options.by)
    if not by.changes_things:
        raise Failure(f"{by.login} is not an administrator.")
    review = opening.open_review(review_of(options.number), by=by, on=today())
    asked = review_questions.ask(review, by=by, on=today()) if review.asks_members else 0
    print(f"Review {review.pk} is open: {Item.objects.of(review).named().count()} selected, {asked} asked.")


def _status(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.reviews.approval import steps_of
    from seatwise.reviews.models import Review
    from seatwise.reviews.numbers import numbers_of

    if options.number is None:
        for each in Review.objects.select_related("service").newest_first():
            late = "\tlate" if each.is_late(today()) else ""
            print(f"{each.pk}\t{each.state}\t{each.service.code}\t{each.due}\t{each.name}{late}")
        return
    review = review_of(options.number)
    print(f"{review.name}: {review.state}, due on {review.due}{' (late)' if review.is_late(today()) else ''}")
    for name, number in vars(numbers_of(review)).items():
        if isinstance(number, dict):
            print(*(f"{name.removeprefix('by_')} {key}\t{value}" for key, value in number.items()), sep="\n")
        else:
            print(f"{'selected' if name == 'named' else name}\t{number}")
    for step in steps_of(review).values():
        print(f"{step.kind}\t{step.by_text}\t{step.at.isoformat(timespec='minutes')}")


def _remind(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.enquiries import questions
    from seatwise.enquiries.models import Enquiry
    from seatwise.reviews import notifications
    from seatwise.reviews.models import Item, Review

    review = review_of(options.number)
    if review.state != Review.State.OPEN:
        raise Failure(f"review {review.pk} is {review.state}, so no one is reminded.")
    asked = Item.objects.of(review).exclude(enquiry=None).values("enquiry")
    waiting = Enquiry.objects.open().filter(pk__in=asked).order_by("pk")
    reminded = sum(questions.remind(enquiry, on=today()) for enquiry in waiting)
    deciding = notifications.opened(review, today())
    print(f"{reminded} of {len(waiting)} people without an answer were reminded, and {deciding} who decide.")


def _close(options: argparse.Namespace) -> None:
    from seatwise.configuration import today
    from seatwise.reviews import execution, tasks
    from seatwise.reviews.models import Review

    review, by = review_of(options.number), person_of(options.by)
    if not by.changes_things:
        raise Failure(f"{by.login} is not an administrator.")
    if review.state == Review.State.OPEN:
        tasks.begin(review, by=by)
    failed = execution.carry_out(review_of(options.number), on=today())
    if failed:
        raise Failure(f"{failed} decisions could not be carried out; the review's page says why.")
    print(f"Review {review.pk} was carried out and closed.")


def _export(options: argparse.Namespace) -> None:
    from seatwise.reviews import evidence

    found = evidence.latest(review_of(options.number))
    if found is None:
        raise Failure(f"review {options.number} is not closed, so there is no evidence yet.")
    try:
        with options.file.open("xb") as file:
            file.write(bytes(found.content))
    except FileExistsError:
        raise Failure(f"{options.file} already exists. Choose a new file name.") from None
    except OSError as error:
        raise Failure(f"{options.file} cannot be written: {error.strerror}.") from None
    print(f"{options.file}: manifest checksum {found.manifest_sum}, key {found.fingerprint}")
