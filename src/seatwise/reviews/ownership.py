"""Whose review it is: another carries it on where the owner left, or has something else to do."""

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.directory.changes import Refused
from seatwise.directory.models import User
from seatwise.reviews import deciders
from seatwise.reviews.models import Review
from seatwise.reviews.models.deciders import able_owners
from seatwise.site import menu
from seatwise.site.access import role_of


def owns_one(request: HttpRequest) -> bool:
    """Whether whoever asks has reviews under the gear: administrators and auditors do, others if they own one."""
    return role_of(request) in menu.EVERYTHING or Review.objects.owned_by(request.user).exists()


@transaction.atomic
def change_owner(review: Review, owner: User, *, by: User, reason: str) -> bool:
    """Make it somebody else's, with what waits for the owner; False where it is theirs already. Raises Refused."""
    locked = Review.objects.select_for_update(of=("self",)).select_related("owner").get(pk=review.pk)
    if not (by.changes_things or (by.pk == locked.owner_id and by.is_active)):
        raise Refused(_("Only administrators and the owner of the review may do this."))
    if locked.state in (Review.State.CLOSED, Review.State.CANCELLED):
        raise Refused(_("“%(review)s” has ended, so its owner stays who it was.") % {"review": locked})
    if not able_owners().filter(pk=owner.pk).exists():
        raise Refused(
            _("%(name)s cannot carry a review: only administrators and department administrators can.")
            % {"name": owner}
        )
    if owner.pk == locked.owner_id:
        return False
    before = locked.owner.login
    Review.objects.filter(pk=locked.pk).update(owner=owner)
    deciders.hand_over(reviews=[locked.pk], owner_before=locked.owner_id)
    review.refresh_from_db()
    after = {"owner": owner.login}
    audit.record(
        by=by, verb="review.owner", subject=review, before={"owner": before}, after=after, reason=reason.strip()
    )
    return True
