"""Requests for seats, finding a seat, and seats that pass on. Mounted at the root: members ask at /ask/."""

from django.urls import path

from seatwise.seat_requests.pages import finding, requests, transfers

app_name = "seat_requests"

FIND = "administration/services/<slug:code>/find-a-seat/"
QUEUE = "administration/seat-requests/"

urlpatterns = [
    path("ask/<slug:code>/", requests.ask, name="ask"),
    path("ask/withdraw/<int:pk>/", requests.withdraw, name="withdraw"),
    path(FIND, finding.find, name="find"),
    path(f"{FIND}give/", finding.give, name="give"),
    path(f"{FIND}<int:pk>/", finding.seat, name="seat"),
    path(QUEUE, requests.queue, name="requests"),
    path(f"{QUEUE}<int:pk>/", requests.request_page, name="request"),
    path(f"{QUEUE}<int:pk>/granting/", requests.grant, name="grant"),
    path(f"{QUEUE}<int:pk>/refusal/", requests.refuse, name="refuse"),
    path(f"{QUEUE}transfers/", transfers.transfers, name="transfers"),
    path(f"{QUEUE}transfers/<int:pk>/", transfers.transfer_page, name="transfer"),
    path(f"{QUEUE}transfers/<int:pk>/confirmation/", transfers.confirm, name="confirm"),
    path(f"{QUEUE}transfers/<int:pk>/refusal/", transfers.refuse, name="refuse_transfer"),
    path(f"{QUEUE}transfers/<int:pk>/cancelling/", transfers.cancel, name="cancel"),
    path(f"{QUEUE}transfers/<int:pk>/pass-on/", transfers.pass_on, name="pass_on"),
]
