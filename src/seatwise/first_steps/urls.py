"""The pages of setting up, below /administration/first-steps/."""

from django.urls import path

from seatwise.first_steps import pages

app_name = "first_steps"
urlpatterns = [
    path("", pages.start, name="start"),
    path("leaving/", pages.leave, name="leave"),
    path("organization/", pages.organization, name="organization"),
    path("usage/", pages.usage, name="usage"),
    path("usage/report/", pages.report, name="report"),
    path("usage/<int:pk>/", pages.reading, name="reading"),
    path("people/", pages.people_found, name="people"),
    path("seats/", pages.seats, name="seats"),
]
