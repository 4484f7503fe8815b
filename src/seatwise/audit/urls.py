"""The audit log."""

from django.urls import path

from seatwise.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.entries, name="entries"),
    path("verification/", views.verification, name="verification"),
]
