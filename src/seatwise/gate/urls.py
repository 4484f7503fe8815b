"""The gate: what proxies ask, and signing in at a service, below /gate/; its settings below /administration/gate/."""

from django.urls import path

from seatwise.gate import pages, signing_in, views

app_name = "gate"
urlpatterns = [
    path("gate/<slug:code>/", views.check, name="check"),
    path("gate/<slug:code>/redirecting/", views.redirecting, name="redirecting"),
    path("gate/<slug:code>/traefik/", views.redirecting, {"with_cookies": True}, name="traefik"),
    path("gate/<slug:code>/begin/", signing_in.begin, name="begin"),
    path("gate/<slug:code>/enter/", signing_in.enter, name="enter"),
    path("gate/<slug:code>/redeem/", signing_in.redeem, name="redeem"),
    path("gate/<slug:code>/refused/", views.refused, name="refused"),
    path("administration/gate/", pages.services, name="services"),
    path("administration/gate/<slug:code>/", pages.settings, name="settings"),
    path("administration/gate/<slug:code>/addresses/", pages.add_address, name="address_add"),
    path("administration/gate/<slug:code>/addresses/<int:pk>/removal/", pages.remove_address, name="address_removal"),
]
