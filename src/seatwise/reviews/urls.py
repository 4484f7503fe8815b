"""Reviews: those of everybody who decides, and their administration."""

from django.urls import path

from seatwise.reviews.pages import (
    completeness,
    deciding_many,
    decisions,
    delegations,
    evidence,
    execution,
    mine,
    not_named,
    people,
    reversal,
    reviews,
    schedules,
)

app_name = "reviews"

urlpatterns = [
    path("reviews/", mine.mine, name="mine"),
    path("reviews/delegations/", delegations.delegations, name="delegations"),
    path("reviews/delegations/<int:pk>/end/", delegations.ending, name="end_delegation"),
    path("reviews/<int:pk>/", decisions.deciding_page, name="deciding"),
    path("reviews/<int:pk>/recommendations/", deciding_many.recommendations, name="recommendations"),
    path("reviews/<int:pk>/request/", decisions.proposing, name="request"),
    path("reviews/<int:pk>/not-named/", not_named.not_named, name="not_named"),
    path("reviews/<int:pk>/not-named/<int:item>/", not_named.naming, name="naming"),
    path("reviews/<int:pk>/answer/<int:item>/", decisions.answering, name="answering"),
    path("reviews/<int:pk>/owner/", delegations.owner, name="owner"),
    path("administration/reviews/", reviews.reviews, name="reviews"),
    path("administration/reviews/new/", reviews.add, name="add"),
    path("administration/reviews/new/from-list/<slug:code>/", reviews.from_list, name="from_list"),
    path("administration/reviews/schedules/", schedules.schedules, name="schedules"),
    path("administration/reviews/schedules/new/", schedules.add, name="schedule_add"),
    path("administration/reviews/schedules/<int:pk>/", schedules.change, name="schedule"),
    path("administration/reviews/schedules/for/<slug:code>/<int:pk>/", schedules.add_for, name="schedule_for"),
    path("administration/reviews/schedules/<int:pk>/ending/", schedules.end, name="schedule_end"),
    path("administration/reviews/new/people/", people.of_rule, name="people_of_rule"),
    path("administration/reviews/<int:pk>/", reviews.review, name="review"),
    path("administration/reviews/<int:pk>/people/", people.of_review, name="people"),
    path("administration/reviews/<int:pk>/rule/", reviews.edit, name="edit"),
    path("administration/reviews/<int:pk>/opening/", reviews.opening_page, name="opening"),
    path("administration/reviews/<int:pk>/cancelling/", reviews.cancelling, name="cancelling"),
    path("administration/reviews/<int:pk>/steps/<slug:kind>/", reviews.step, name="step"),
    path("administration/reviews/<int:pk>/returning/", reviews.returning, name="returning"),
    path("administration/reviews/<int:pk>/closing/", execution.closing_page, name="closing"),
    path("administration/reviews/<int:pk>/closing/progress/", execution.progress, name="closing_progress"),
    path("administration/reviews/<int:pk>/closing/<int:item>/again/", execution.again, name="again"),
    path("administration/reviews/<int:pk>/closing/<int:item>/leaving/", execution.leave, name="leave"),
    path("administration/reviews/<int:pk>/undoing/", reversal.undoing_page, name="undoing"),
    path("administration/reviews/<int:pk>/undoing/<int:item>/", reversal.undo, name="undo"),
    path("administration/reviews/<int:pk>/completeness/", completeness.of_review, name="completeness"),
    path("administration/services/<slug:code>/completeness/", completeness.of_service, name="service_completeness"),
    path("administration/reviews/<int:pk>/evidence/", evidence.evidence_page, name="evidence"),
    path("administration/reviews/<int:pk>/evidence/file/", evidence.package, name="package"),
]
