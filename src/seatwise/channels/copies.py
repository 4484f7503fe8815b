"""Letters that are written are told of in channels, too: in the same transaction."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from seatwise import configuration
from seatwise.channels.models import Channel
from seatwise.channels.tasks import wake_worker
from seatwise.directory.models import User
from seatwise.letters.models import Letter, State
from seatwise.letters.writing import new_message_id

GATHERED = datetime.timedelta(minutes=1)  # for which a group is told of them together
TEST = "channels.test"
NEVER_COPIED = frozenset({"letters.test"})


def copy(letters: Sequence[Letter]) -> None:
    """Write messages to the channels of those to whom letters were written, and of groups that are told of them."""
    wanted = [letter for letter in letters if letter.kind not in NEVER_COPIED]
    people = {letter.to_id for letter in wanted}
    found = Channel.objects.in_use().filter(Q(owner=None, is_for_members=False) | Q(owner__in=people))
    messages: list[Letter] = []
    for channel in found.select_related("department") if wanted else ():
        messages += _own(channel, wanted) if channel.owner_id else _of_group(channel, wanted)
    if messages:
        Letter.every.bulk_create(messages, ignore_conflicts=True)
        transaction.on_commit(wake_worker)


def _own(channel: Channel, letters: Sequence[Letter]) -> Iterator[Letter]:
    for letter in letters:
        if letter.to_id == channel.owner_id:
            yield message(channel, letter.kind, f"{letter.key[:160]}:channel:{channel.pk}", letter, to=letter.to)


def _of_group(channel: Channel, letters: Sequence[Letter]) -> Iterator[Letter]:
    """One for each kind, which says about how many things there are letters."""
    told = [letter for letter in letters if letter.kind in channel.kinds]
    if channel.department is not None and told:
        people = User.objects.in_department(channel.department).filter(pk__in={letter.to_id for letter in told})
        inside = set(people.values_list("pk", flat=True))
        told = [letter for letter in told if letter.to_id in inside]
    things: dict[str, dict[tuple[str, str], Letter]] = defaultdict(dict)
    for letter in told:
        things[letter.kind].setdefault((letter.subject_type, letter.subject_id), letter)
    for kind, found in things.items():
        first = next(iter(found.values()))
        row = message(channel, kind, f"{first.key[:160]}:channel:{channel.pk}", first)
        row.count = len(found)
        row.due_at = row.next_attempt_at = max(row.due_at, row.written_at + GATHERED)
        yield row


def message(channel: Channel, kind: str, key: str, like: Letter | None, to: User | None = None) -> Letter:
    """A message that is not stored yet, due when a letter is, and about the same."""
    now = timezone.now()
    due = like.due_at if like else now
    row = Letter(
        channel=channel,
        kind=kind,
        key=key,
        language=to.language if to else configuration.LANGUAGE.value(),
        address=channel.shown,
        state=State.WAITING,
        written_at=now,
        due_at=due,
        next_attempt_at=due,
        message_id=new_message_id(),
    )
    row.to_id = to.pk if to else None
    row.subject_type = like.subject_type if like else channel._meta.label_lower
    row.subject_id = like.subject_id if like else str(channel.pk)
    return row


def write_test(channel: Channel) -> Letter:
    """Write a message that says nothing but that it arrived, for the worker to send at once."""
    row = message(channel, TEST, f"{TEST}:{new_message_id()}", None, to=channel.owner)
    row.save(force_insert=True)
    transaction.on_commit(wake_worker)
    return row
