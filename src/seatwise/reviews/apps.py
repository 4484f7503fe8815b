"""Reviews: one round of looking at the licenses of a service, from a rule to proof."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy

VERBS = {
    "review.draft": gettext_lazy("drafted a review"),
    "review.change": gettext_lazy("changed a draft of a review"),
    "review.open": gettext_lazy("opened a review"),
    "review.cancel": gettext_lazy("cancelled a review"),
    "review.propose": gettext_lazy("submitted the decisions of a review"),
    "review.approve": gettext_lazy("approved the decisions of a review"),
    "review.return": gettext_lazy("returned the decisions of a review"),
    "review.carry_out": gettext_lazy("carried out a review"),
    "review.confirm": gettext_lazy("confirmed a review"),
    "review.owner": gettext_lazy("changed the owner of a review"),
    "review.attest": gettext_lazy("confirmed a department’s holders not selected in a review"),
    "item.name": gettext_lazy("added a license to a review"),
    "delegation.add": gettext_lazy("added a delegation"),
    "delegation.end": gettext_lazy("ended a delegation"),
    "item.decide": gettext_lazy("decided about a license in a review"),
    "item.apply": gettext_lazy("carried out a decision of a review"),
    "item.give_up": gettext_lazy("left a license unchanged, against a decision"),
    "item.read_back": gettext_lazy("read back what a decision led to"),
    "item.undo": gettext_lazy("undid a decision of a review"),
    "review.close": gettext_lazy("closed a review"),
    "review.seal": gettext_lazy("sealed the evidence of a review"),
    "review.download": gettext_lazy("downloaded the evidence of a review"),
    "schedule.add": gettext_lazy("added a schedule of reviews"),
    "schedule.change": gettext_lazy("changed a schedule of reviews"),
    "schedule.end": gettext_lazy("ended a schedule of reviews"),
    "review.addendum": gettext_lazy("added to the evidence of a review"),
}


class ReviewsConfig(AppConfig):
    name = "seatwise.reviews"
    verbose_name = gettext_lazy("reviews")

    def ready(self) -> None:
        """Name what is done here for the audit log."""
        from seatwise import audit
        from seatwise.directory import changes, independence
        from seatwise.licenses import hooks
        from seatwise.reviews import (
            deciders,
            deputies,
            escalation,
            exclusions,
            find,
            first_page,
            mails,
            notifications,
            reading_back,
            recurrence,
            reversal,
            review_questions,
            tasks,
        )
        from seatwise.site import daily_work, find as site_find, home, menu

        changes.people_changed.append(deciders.people_changed)
        changes.departments_changed.append(deciders.departments_changed)
        changes.administrators_changed.append(deciders.administrators_changed)
        independence.delegations.append(deputies.tied)
        home.WAITING.append(first_page.waiting)
        site_find.FINDERS += [find.people, find.services, find.reviews]
        home.CARDS.append(first_page.card)
        review_questions.register()
        mails.register()
        escalation.register()
        daily_work.DAILY += [
            deciders.hand_over_each_day,
            review_questions.ask_the_rest,
            notifications.remind_deciders,
            notifications.tell_owners,
            escalation.escalate_late,
            reading_back.read_back_all,
            recurrence.draft_due,
        ]
        daily_work.EVERY_MINUTE.append(tasks.take_up)
        hooks.effects_done += [reading_back.effects_done, mails.effects_done]
        hooks.being_undone.insert(0, reversal.changes_undone)  # reviews are locked before requests for seats
        hooks.not_judged.append(exclusions.not_judged)
        hooks.undone_suspensions.append(exclusions.undone_suspensions)
        hooks.removal_warnings.append(exclusions.removal_warnings)
        menu.CONDITIONS["reviews:reviews"] = deputies.owns_one
        audit.describe(VERBS)
