"""The pages of webhooks, below /administration/webhooks/."""

from django.urls import path

from seatwise.webhooks import pages

app_name = "webhooks"
urlpatterns = [
    path("", pages.webhooks, name="webhooks"),
    path("new/", pages.add, name="add"),
    path("<int:pk>/", pages.webhook, name="webhook"),
    path("<int:pk>/change/", pages.change, name="change"),
    path("<int:pk>/secret/", pages.rotate, name="rotate"),
    path("<int:pk>/test/", pages.test, name="test"),
    path("<int:pk>/events/<int:number>/", pages.again, name="again"),
    path("<int:pk>/removal/", pages.end, name="end"),
]
