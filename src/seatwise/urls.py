"""What is where."""

import importlib.util

from allauth.account import views as account
from django.urls import include, path
from django.views.generic import RedirectView

from seatwise.site import language, views

handler400 = "seatwise.site.errors.bad_request"
handler403 = "seatwise.site.errors.permission_denied"
handler404 = "seatwise.site.errors.page_not_found"
handler500 = "seatwise.site.errors.server_error"

to_sign_in = RedirectView.as_view(pattern_name="account_login")

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("language/", language.switch, name="language"),
    path("administration/", views.administration, name="administration"),
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/password/", account.password_change, name="account_change_password"),
    # Asked for by name in allauth; nobody registers, and passwords are reset by an administrator.
    path("account/signup/", to_sign_in, name="account_signup"),
    path("account/reset/", to_sign_in, name="account_reset_password"),
    path("account/set/", to_sign_in, name="account_set_password"),
]

for app, address in {
    "monitoring": "administration/access/",
    "directory": "administration/directory/",
    "ledger": "administration/sources/",
    "audit": "administration/audit/",
}.items():
    if importlib.util.find_spec(f"seatwise.{app}") and importlib.util.find_spec(f"seatwise.{app}.urls"):
        urlpatterns.append(path(address, include(f"seatwise.{app}.urls")))
