"""The mailbox, below /administration/mailbox/."""

from django.urls import path

from seatwise.file_imports import pages

app_name = "file_imports"
urlpatterns = [
    path("", pages.messages, name="messages"),
    path("check/", pages.check, name="check"),
]
