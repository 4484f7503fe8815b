"""What a file of who may use which services would do: a row replaces all services of its person.

People without a row are not touched. Services that are not managed here are carried along: see unmanaged_services. A
file that tells how some services are already (`there`) speaks of these alone, not of what is pending of them; what it
brings is not to be carried out there.

The file becomes licenses all or nothing, in one change that can be undone as one. Its preview and what is saved are
made by the same code; what would do or ask anything else than what was looked at is refused. The same file a second
time plans nothing.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from seatwise.directory import changes
from seatwise.directory.changes import Refused
from seatwise.directory.models import Kind, Login, Service, Upload, User
from seatwise.ledger import locking
from seatwise.lib.batches import among, batches
from seatwise.lib.licenses_file import CYBOZU_CODES, LicensesFile, Reading, RowError, ServicesRow, parse
from seatwise.lib.notices import Code, Notice
from seatwise.licenses import seats, unmanaged_services
from seatwise.licenses.change_saving import NotSaved, Said, carry_out
from seatwise.licenses.files import ServicesCode
from seatwise.licenses.models import Change, ChangeDraft, Effect, License
from seatwise.licenses.preview import ADD, REMOVE, Preview, preview


class RowCode(Code):
    """What is expected of the people of a file."""

    NOBODY = "the login name of someone in the directory"
    SAME_PERSON = "one row per person; line %(other_line)s is the same person"


@dataclass(frozen=True)
class Difference:
    """One service that a row gives to or takes from its person. `service` is None where it is not managed here."""

    line: int
    user: User
    code: str
    added: bool
    service: Service | None = None


@dataclass
class Plan:
    """What a file would do on a day. With errors it does nothing."""

    file: LicensesFile
    on: datetime.date
    services: dict[str, Service] = field(default_factory=dict)  # by what they may be called in the file
    errors: list[RowError] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    added: dict[int, list[User]] = field(default_factory=lambda: defaultdict(list))  # by service
    removed: dict[int, list[User]] = field(default_factory=lambda: defaultdict(list))
    carried: dict[User, list[str]] = field(default_factory=dict)  # whose codes change, and to which
    other_names: dict[str, Service] = field(default_factory=dict)  # what the file calls services of another code
    unmanaged: "Counter[str]" = field(default_factory=Counter)  # codes of no service here, by how many people
    pending: Collection[tuple[int, int]] = frozenset()  # ids of a person and a service, left as they are

    @property
    def changes_nothing(self) -> bool:
        return not self.differences

    def touched(self) -> list[Service]:
        """The services of which licenses are added or removed, in the order in which they are locked."""
        found = {each.service.pk: each.service for each in self.differences if each.service is not None}
        return [found[pk] for pk in sorted(found)]

    @property
    def carries_new(self) -> bool:
        """Whether codes that are no service's here are newly carried along."""
        return any(each.added and each.service is None for each in self.differences)

    @property
    def about_unmanaged(self) -> str:
        """Which codes are no service's here, in a sentence; empty where there are none."""
        if not self.unmanaged:
            return ""
        named = [_named(code, count) for code, count in self.unmanaged.most_common(20)]
        return _("Not managed by Seatwise, kept unchanged: %(codes)s.") % {"codes": _(", ").join(named)}

    @property
    def about_names(self) -> list[str]:
        """What the file calls services that have another code here."""
        text = _("“%(code)s” in the file means %(service)s.")
        return [text % {"code": code, "service": each} for code, each in sorted(self.other_names.items())]

    @property
    def removals(self) -> int:
        """How many licenses would be removed."""
        return sum(map(len, self.removed.values()))

    def many_removals(self) -> list[str]:
        """The services of which many licenses would be removed, so that the number is to be confirmed, in sentences."""
        text, found = _("%(count)s of %(of)s licenses for %(service)s would be removed."), []
        for service in self.touched():
            removed = len(self.removed.get(service.pk, ()))
            held = License.objects.of(service).held().count() if removed > changes.FEW else 0
            if held and changes.is_large(removed, held):
                found.append(text % {"count": removed, "of": held, "service": service})
        return found

    def count_of_people(self) -> int:
        """For how many people anything changes."""
        return len({each.user.pk for each in self.differences})

    def preview(self) -> Preview:
        """What is to be looked at before it is saved: of each service first what is removed."""
        steps = []
        for service in self.touched():
            removed = [user.pk for user in self.removed.get(service.pk, ())]
            added = [user.pk for user in self.added.get(service.pk, ())]
            steps += [ChangeDraft.step(service.pk, REMOVE, removed)] if removed else []
            steps += [ChangeDraft.step(service.pk, ADD, added)] if added else []
        about = self.about_unmanaged if self.carries_new else ""
        changed = [(each.user, each.code, each.added) for each in self.differences if each.service is None]
        known = {each.user.pk: each.user for each in self.differences}
        return preview(steps, None, self.on, known=known, codes=self.carried, codes_changed=changed, about_codes=about)


def _named(code: str, count: int) -> str:
    text = ngettext("%(code)s (%(count)s user)", "%(code)s (%(count)s users)", count)
    return text % {"code": code, "count": count}


def plan(file: LicensesFile, *, on: datetime.date, there: Collection[Service] | None = None) -> Plan:
    """What the file would do now: a fixed number of queries for each 2,000 rows. `there`: see above."""
    services = services_by_code() if there is None else {each.code: each for each in there}
    made = Plan(file, on, services, list(file.errors))
    people = _people_of(made)
    users = {user.pk: user for user in people.values()}
    held, carried = _held(made.services.values(), users), unmanaged_services.current(users)
    if there is not None:
        made.pending = {pair for each in there for pair in _pending(each)}
    for row in file.rows:
        if row.line in people:
            user = people[row.line]
            _plan_row(made, row, user, held[user.pk])
            if there is None:
                _plan_carried(made, row, user, carried[user.pk])
    made.errors.sort(key=lambda error: error.line)
    return made


def services_by_code() -> dict[str, Service]:
    """The services by their codes, and by cybozu.com's short ones where those are no service's own."""
    services = {service.code: service for service in Service.objects.all()}
    return {short: services[code] for short, code in CYBOZU_CODES.items() if code in services} | services


def find_people(folded: Sequence[str]) -> dict[str, User]:
    """People by some of their folded login names: the one by which they are known, or another one of theirs."""
    ids = _ids_of(folded)
    people: dict[int, User] = {}
    for some in batches(sorted(set(ids.values()))):
        people.update((user.pk, user) for user in User.objects.filter(pk__in=among(some)).defer("search_text"))
    return {name: people[pk] for name, pk in ids.items()}


def _ids_of(folded: Sequence[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for some in batches(folded):
        known.update(User.objects.filter(folded__in=some).values_list("folded", "pk"))
    for some in batches([name for name in folded if name not in known]):
        given = Login.objects.given().filter(folded__in=some).exclude(user=None)
        known.update(given.values_list("folded", "user"))
    return known


def _people_of(made: Plan) -> dict[int, User]:
    """The people of the rows, by line; an error for a row that is nobody's, or another one of somebody's."""
    known = find_people([row.folded for row in made.file.rows])
    people: dict[int, User] = {}
    lines: dict[int, int] = {}
    for row in made.file.rows:
        user = known.get(row.folded)
        if user is None:
            made.errors.append(RowError(row.line, "login", row.login, Notice(RowCode.NOBODY)))
        elif (other := lines.setdefault(user.pk, row.line)) != row.line:
            expected = Notice(RowCode.SAME_PERSON, {"other_line": other})
            made.errors.append(RowError(row.line, "login", row.login, expected))
        else:
            people[row.line] = user
    return people


def _held(services: Collection[Service], users: Collection[int]) -> dict[int, dict[int, Service]]:
    """The services of which people hold licenses: by person, and by their ids."""
    by_pk = {service.pk: service for service in services}
    held: dict[int, dict[int, Service]] = defaultdict(dict)
    for some in batches(sorted(users)):
        for user, service in License.objects.held().by(among(some)).order_by("pk").values_list("user", "service"):
            if service in by_pk:
                held[user][service] = by_pk[service]
    return held


def _pending(service: Service) -> set[tuple[int, int]]:
    waiting = Effect.objects.pending().of(service).of_kind(Effect.What.ADD, Effect.What.REMOVE)
    return {(user, service.pk) for user in waiting.values_list("license__user", flat=True)}


def _plan_row(made: Plan, row: ServicesRow, user: User, held: Mapping[int, Service]) -> None:
    wanted: dict[int, Service] = {}
    for code in row.codes:
        service = made.services.get(code)
        if service is not None:
            wanted[service.pk] = service
            if service.code != code:
                made.other_names[code] = service
    new = [each for pk, each in wanted.items() if pk not in held and (user.pk, pk) not in made.pending]
    if new and user.kind == Kind.GUEST:
        codes = ", ".join(service.code for service in new)
        made.errors.append(RowError(row.line, "services", codes, Notice(ServicesCode.NO_GUEST)))
        return
    for service in new:
        made.added[service.pk].append(user)
        made.differences.append(Difference(row.line, user, service.code, True, service))
    for pk, service in held.items():
        if pk not in wanted and (user.pk, pk) not in made.pending:
            made.removed[pk].append(user)
            made.differences.append(Difference(row.line, user, service.code, False, service))


def _plan_carried(made: Plan, row: ServicesRow, user: User, current: Collection[str]) -> None:
    codes = [code for code in row.codes if code not in made.services]
    made.unmanaged.update(codes)
    if set(codes) == set(current):
        return
    made.carried[user] = codes
    made.differences += [Difference(row.line, user, code, True) for code in codes if code not in current]
    made.differences += [Difference(row.line, user, code, False) for code in sorted(set(current) - set(codes))]


def plan_of(upload: Upload, *, on: datetime.date) -> Plan:
    """What an upload would do now. Raises decoding.UnreadableText."""
    return plan(file_of(upload), on=on, there=_there(upload))


def _there(upload: Upload) -> list[Service] | None:
    """The services that an upload tells of as they are already, if it is such a file."""
    ids = upload.options.get("there")
    return None if ids is None else list(Service.objects.filter(pk__in=ids).order_by("pk"))


def file_of(upload: Upload) -> LicensesFile:
    """What stands in an upload. Raises decoding.UnreadableText."""
    how = upload.options
    reading = Reading(upload.encoding or None, how["delimiter"] or None, how["heading"])
    return parse(bytes(upload.data), name=upload.name, reading=reading)


@transaction.atomic
def save_upload(upload: Upload, said: Said, *, by: User | None, on: datetime.date) -> Change:
    """Do what was looked at, once. Raises Refused."""
    file = file_of(upload)
    upload.claim()
    change = save(file, said, by=by, on=on, there=_there(upload))
    upload.keep_result(change=change.pk)
    return change


@transaction.atomic
def save(
    file: LicensesFile, said: Said, *, by: User | None, on: datetime.date, there: Collection[Service] | None = None
) -> Change:
    """Do what was looked at, all or nothing. Raises Refused where the file has errors, and NotSaved."""
    seats.hold_people(_ids_of([row.folded for row in file.rows]).values())
    Service.objects.all().lock()  # before the end of the audit log: see directory.changes
    made = plan(file, on=on, there=there)
    if made.errors:
        raise Refused(_("The file has errors. Nothing was changed."))
    if made.changes_nothing:
        raise Refused(_("Everything already matches the file."))
    for service in made.touched():
        locking.lock(service)
    if said.removals != made.removals and (many := made.many_removals()):
        raise NotSaved(made.preview(), [*many, _("Confirm the number of licenses to remove. Nothing was changed.")])
    about = {"file": file.name, "rows": len(file.rows), "carried": len(made.carried)}
    how, in_effect = Change.How.FILE, there is not None
    verb = "licenses.file"
    return carry_out(made.preview(), said, how=how, by=by, on=on, verb=verb, about=about, in_effect=in_effect)
