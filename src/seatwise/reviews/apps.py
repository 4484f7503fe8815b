"""Reviews: one round of looking at the licenses of a service, from a rule to proof."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class ReviewsConfig(AppConfig):
    """Reviews."""

    name = "seatwise.reviews"
    label = "reviews"
    verbose_name = gettext_lazy("reviews")

    def ready(self) -> None:
        """Name what is done here for the audit log."""
        from seatwise import audit
        from seatwise.directory import changes
        from seatwise.licenses import hooks
        from seatwise.reviews import asking, deciders, judged, mails

        changes.people_changed.append(deciders.people_changed)
        changes.departments_changed.append(deciders.departments_changed)
        changes.administrators_changed.append(deciders.administrators_changed)
        asking.register()
        mails.register()
        hooks.not_judged.append(judged.not_judged)
        hooks.removal_warnings.append(judged.removal_warnings)
        audit.describe(
            {
                "review.draft": gettext_lazy("drafted a review"),
                "review.change": gettext_lazy("changed a draft of a review"),
                "review.open": gettext_lazy("opened a review"),
                "review.cancel": gettext_lazy("cancelled a review"),
                "review.propose": gettext_lazy("proposed the decisions of a review"),
                "review.approve": gettext_lazy("approved the decisions of a review"),
                "review.return": gettext_lazy("returned the decisions of a review"),
                "review.carry_out": gettext_lazy("carried out a review"),
                "review.confirm": gettext_lazy("confirmed a review"),
                "item.decide": gettext_lazy("decided about a license in a review"),
                "item.apply": gettext_lazy("carried out a decision of a review"),
                "item.give_up": gettext_lazy("left a license as it is, against a decision"),
                "item.read_back": gettext_lazy("read back what a decision led to"),
                "item.undo": gettext_lazy("undid a decision of a review"),
                "review.close": gettext_lazy("closed a review"),
                "review.seal": gettext_lazy("sealed the evidence of a review"),
                "review.addendum": gettext_lazy("added to the evidence of a review"),
            }
        )
