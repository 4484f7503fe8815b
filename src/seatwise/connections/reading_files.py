"""What was read as a file of people and a file of licenses: looked at, confirmed and saved as such files always are."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from seatwise.connections.models import Reading
from seatwise.connections.readings import known_people
from seatwise.directory.changes import Refused
from seatwise.directory.models import Service, Upload, User
from seatwise.lib.logins import fold
from seatwise.lib.people_cells import InsideItself, path_from_top

PEOPLE_HEADINGS = ["login", "name", "e-mail", "employee number", "status"]
SEPARATORS = str.maketrans({"/": "∕", "／": "∕", ";": ",", "；": ","})  # in names of departments


def kept_content(reading: Reading) -> Mapping[str, Any]:
    """What was read. Raises Refused where it came to nothing, or a later reading took its place."""
    if not reading.content:
        raise Refused(_("There is a later reading, or this one failed. Open the latest one."))
    return reading.content


def people_file(reading: Reading) -> bytes:
    """A people file. Whoever has another login name there than here is named as here; where nobody is in a department,
    nothing is said of departments."""
    content = kept_content(reading)
    known = known_people([each["code"] for each in content["users"]])
    with_departments = bool(content["organizations"])
    headings = [*PEOPLE_HEADINGS, *(["departments"] if with_departments else [])]
    names = department_names(content["organizations"]) if with_departments else {}
    return _csv([headings, *(_row(each, known, names) for each in content["users"])])


def _row(each: Mapping[str, Any], known: Mapping[str, User], names: Mapping[str, str]) -> list[str]:
    user = known.get(fold(each["code"]))
    login = user.login if user else each["code"]
    status = "active" if each["active"] else "inactive"
    departments = ["; ".join(names[code] for code in each["departments"] if code in names)] if names else []
    return [login, each["name"], each["email"], each["employee_number"], status, *departments]


def department_names(organizations: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Each department with its code and its place in the tree, as such a file names it. Raises Refused."""
    departments = {
        code: (each["name"].translate(SEPARATORS).strip() or code, each["parent"])
        for code, each in organizations.items()
    }
    return {code: f"{code}={'/'.join(_path(code, departments))}" for code in organizations}


def _path(code: str, departments: Mapping[str, tuple[str, str]]) -> list[str]:
    try:
        path, _above = path_from_top(code, departments)
    except InsideItself:
        raise Refused(_("The department %(code)s of cybozu.com belongs to itself.") % {"code": code}) from None
    if "=" in code or ";" in code:
        raise Refused(
            _("The department code %(code)s cannot be used: it contains “=” or “;”. Change it at cybozu.com.")
            % {"code": code}
        )
    return path


def licenses_file(reading: Reading) -> bytes:
    """A file of licenses: whoever is listed there and known here, with those of their services that are mapped."""
    services, content = reading.connection.services(), kept_content(reading)
    known = known_people(content["services"])
    codes: dict[int, set[str]] = {}
    logins: dict[int, str] = {}
    for login, has in content["services"].items():
        user = known.get(fold(login))
        if user is not None:
            logins[user.pk] = user.login
            codes.setdefault(user.pk, set()).update(services[code].code for code in has if code in services)
    return _csv([logins[pk], *sorted(theirs)] for pk, theirs in codes.items())


def count_of_unknown(reading: Reading) -> int:
    """How many licenses are those of users who are not known here."""
    there, services = kept_content(reading)["services"], reading.connection.services()
    known = known_people(there)
    return sum(code in services for login, has in there.items() if fold(login) not in known for code in has)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def mapped(reading: Reading) -> list[Service]:
    """The services of the site that cybozu.com tells of. Raises Refused where there are none."""
    services = sorted(reading.connection.services().values(), key=lambda each: each.pk)
    if not services:
        raise Refused(_("No service of the site is connected to one of cybozu.com."))
    return services


def keep_people(reading: Reading, *, by: User) -> Upload:
    """The people, as a file that waits to be confirmed: nobody is deactivated for not being there. Raises Refused."""
    return _keep(reading, Upload.Kind.PEOPLE, people_file(reading), {"deactivate_missing": False}, by)


def keep_licenses(reading: Reading, *, by: User) -> Upload:
    """The licenses, as a file that waits to be confirmed. Raises Refused."""
    there = [each.pk for each in mapped(reading)]
    options = {"delimiter": ",", "heading": False, "confirms": [], "there": there}
    return _keep(reading, Upload.Kind.LICENSES, licenses_file(reading), options, by)


def _keep(reading: Reading, kind: str, data: bytes, options: dict[str, Any], by: User) -> Upload:
    name = str(reading)
    return Upload.objects.create(kind=kind, name=name, data=data, encoding="utf-8", options=options, uploaded_by=by)
