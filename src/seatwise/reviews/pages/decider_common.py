"""What the pages of those who decide have in common."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _, ngettext

from seatwise.directory.models import Role, User
from seatwise.directory.requests import person_of
from seatwise.reviews import wording
from seatwise.reviews.models import Item, Review
from seatwise.site.access import ADMINISTRATOR, AUDITOR, DEPARTMENT_ADMINISTRATOR, Access

LONGEST_ID = 18  # digits


# For everybody who is signed in, since anybody may stand in for somebody; auditors change nothing.
for_deciders = Access(ADMINISTRATOR, DEPARTMENT_ADMINISTRATOR, Role.MEMBER, reading=(AUDITOR,))


def review_of(request: HttpRequest, pk: int) -> Review:
    """An opened review that the person may see."""
    visible = Review.objects.visible_to(person_of(request)).exclude(state=Review.State.DRAFT)
    found: Review = get_object_or_404(visible.select_related("service", "owner"), pk=pk)
    return found


def keys_of(request: HttpRequest) -> dict[int, str]:
    """The items that a form sends, with what was seen of each; others are left out."""
    found = {}
    for key in " ".join(request.POST.getlist("item")).split():
        pk, _colon, known = key.partition(":")
        if pk.isascii() and pk.isdigit() and len(pk) <= LONGEST_ID:
            found[int(pk)] = known
    return found


def decided_message(review: Review, decided: list[Item], person: User) -> str:
    """What was decided, and how much is left."""
    left = Item.objects.of(review).undecided().to_decide_by(person).count()
    if len(decided) == 1:
        done = _("%(name)s: %(decision)s.") % {"name": decided[0].user, "decision": wording.decision(decided[0])}
    else:
        done = ngettext("%(count)d license was decided.", "%(count)d licenses were decided.", len(decided))
        done %= {"count": len(decided)}
    rest = ngettext("%(count)d left to decide.", "%(count)d left to decide.", left) % {"count": left}
    return f"{done} {rest if left else _('Nothing is left to decide.')}"


def own_item(review: Review, person: User) -> dict[str, Any] | None:
    """Who decides about whoever looks, where they are in it themselves."""
    item = Item.objects.of(review).named().filter(user=person).first()
    if item is None:
        return None
    people = User.objects.filter(pk__in=item.deciders).order_by("name", "login")
    return {"names": ", ".join(str(user) for user in people)}
