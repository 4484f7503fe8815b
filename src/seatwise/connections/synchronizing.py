"""What a reading would change of people and licenses, and doing it: all of it by hand, and little by itself."""

import datetime

from django.utils.translation import gettext as _, ngettext

from seatwise.connections import reading_files
from seatwise.connections.models import Reading
from seatwise.directory import people_file_import
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.directory.same_person import NOTHING_SAID, Answers
from seatwise.lib.licenses_file import Reading as How, parse as parse_licenses
from seatwise.lib.people_file import parse as parse_people
from seatwise.licenses import file_plan
from seatwise.licenses.change_saving import Said


def people_plan(reading: Reading, answers: Answers = NOTHING_SAID) -> people_file_import.Plan:
    """What it would change of people and departments; `answers`: whose users are known. Raises Refused."""
    file = parse_people(reading_files.people_file(reading), name=str(reading))
    return people_file_import.plan(file, answers=answers)


def licenses_plan(reading: Reading, on: datetime.date) -> file_plan.Plan:
    """What it would change of licenses. Raises Refused."""
    data = reading_files.licenses_file(reading)
    file = parse_licenses(data, name=str(reading), reading=How("utf-8", ",", False))
    if not data:
        file.errors.clear()  # nobody is listed who is known here, which is no error
    return file_plan.plan(file, on=on, there=reading_files.mapped(reading))


def many_of_people(made: people_file_import.Plan) -> list[str]:
    """Whether so many people would be deactivated that somebody has to want it, in a sentence."""
    text = _("%(count)s of %(of)s active users would be deactivated.")
    return [text % {"count": made.deactivations, "of": made.active}] if made.deactivates_many else []


def commit_people(made: people_file_import.Plan, *, by: User | None, on: datetime.date) -> people_file_import.Plan:
    """Do it; that many would be deactivated is asked before. Raises Refused."""
    return people_file_import.commit(made.looked(made.deactivations), by=by, on=on)


def save_licenses(reading: Reading, made: file_plan.Plan, said: Said, *, by: User | None, on: datetime.date) -> None:
    """Do what was looked at. Raises Refused."""
    file_plan.save(made.file, said, by=by, on=on, there=reading_files.mapped(reading))


def apply_small(reading: Reading, on: datetime.date) -> str:
    """Do by itself what is small and asks for nothing; what was left for an administrator, in sentences."""
    left: list[str] = []
    try:
        people = people_plan(reading)
        left += many_of_people(people)
        if people.errors:
            text = ngettext("The users have %(count)s error.", "The users have %(count)s errors.", len(people.errors))
            left.append(text % {"count": len(people.errors)})
        elif people.questions:
            text = ngettext(
                "%(count)s user has to be identified.", "%(count)s users have to be identified.",
                len(people.questions),
            )  # fmt: skip
            left.append(text % {"count": len(people.questions)})
        elif not left and not people.changes_nothing:
            commit_people(people, by=None, on=on)
        licenses = licenses_plan(reading, on)
        waits = _why_licenses_wait(licenses)
        if not waits and not licenses.changes_nothing:
            said = Said(licenses.preview().fingerprint, reason_of(reading), unasked=True)
            save_licenses(reading, licenses, said, by=None, on=on)
        left += waits
    except Refused as refusal:
        left.append(str(refusal))
    return "\n".join(left)


def _why_licenses_wait(made: file_plan.Plan) -> list[str]:
    if made.errors:
        return [_("The licenses have errors.")]
    if made.changes_nothing:
        return []
    preview = made.preview()
    obstacles = [each.text for step in preview.steps for each in step.obstacles]
    return [*made.many_removals(), *obstacles, *preview.to_confirm().values()]


def reason_of(reading: Reading) -> str:
    """Why, as the licenses keep it."""
    return _("as read at %(reading)s") % {"reading": reading}
