"""The pages of letters, below /administration/letters/."""

from django.urls import path

from seatwise.letters import views

app_name = "letters"
urlpatterns = [
    path("", views.letters, name="letters"),
    path("test/", views.send_test, name="test"),
    path("<int:pk>/", views.letter, name="letter"),
    path("<int:pk>/not-arrived/", views.not_arrived, name="not_arrived"),
]
