"""What is where under administration/access/."""

from django.urls import path

from seatwise.monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("", views.services, name="services"),
    path("<slug:code>/", views.usage, name="usage"),
]
