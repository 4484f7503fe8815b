"""Requests for seats, finding a seat, and seats that pass on. Mounted at the root: members ask at /ask/."""

from django.urls import path

from seatwise.seat_requests.pages import asking, finding, passings, requests

app_name = "seat_requests"

FIND = "administration/services/<slug:code>/find-a-seat/"
QUEUE = "administration/seat-requests/"

urlpatterns = [
    path("ask/<slug:code>/", asking.ask, name="ask"),
    path("ask/withdraw/<int:pk>/", asking.withdraw, name="withdraw"),
    path(FIND, finding.find, name="find"),
    path(f"{FIND}give/", finding.give, name="give"),
    path(f"{FIND}<int:pk>/", finding.seat, name="seat"),
    path(QUEUE, requests.queue, name="requests"),
    path(f"{QUEUE}<int:pk>/", requests.request_page, name="request"),
    path(f"{QUEUE}<int:pk>/granting/", requests.grant, name="grant"),
    path(f"{QUEUE}<int:pk>/refusal/", requests.refuse, name="refuse"),
    path(f"{QUEUE}passings/", passings.passings, name="passings"),
    path(f"{QUEUE}passings/<int:pk>/", passings.passing_page, name="passing"),
    path(f"{QUEUE}passings/<int:pk>/confirmation/", passings.confirm, name="confirm"),
    path(f"{QUEUE}passings/<int:pk>/refusal/", passings.refuse, name="refuse_passing"),
    path(f"{QUEUE}passings/<int:pk>/cancelling/", passings.cancel, name="cancel"),
    path(f"{QUEUE}passings/<int:pk>/passing-on/", passings.pass_on, name="pass_on"),
]
