"""The pages of channels of groups, below /administration/channels/."""

from django.urls import path

from seatwise.channels import pages

app_name = "channels"
urlpatterns = [
    path("", pages.channels, name="channels"),
    path("new/", pages.add, name="add"),
    path("<int:pk>/", pages.channel, name="channel"),
    path("<int:pk>/change/", pages.change, name="change"),
    path("<int:pk>/test/", pages.test, name="test"),
    path("<int:pk>/removal/", pages.end, name="end"),
]
