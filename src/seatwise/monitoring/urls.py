"""What is where under administration/access/."""

from django.urls import path, register_converter

from seatwise.monitoring import person_views, views

register_converter(person_views.LoginConverter, "login")

app_name = "monitoring"
urlpatterns = [
    path("", views.services, name="services"),
    path("<slug:code>/", views.usage, name="usage"),
    path("<slug:code>/<login:login>/", person_views.moved, name="person"),
]
