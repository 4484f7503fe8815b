"""Signing in and out, and one's own password, below /account/. The names are those that allauth looks for."""

from allauth.account import views as account
from django.urls import path
from django.views.generic import RedirectView

to_sign_in = RedirectView.as_view(pattern_name="account_login")

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/", account.password_change, name="account_change_password"),
    # Asked for by name in allauth; nobody registers, and passwords are reset by an administrator.
    path("signup/", to_sign_in, name="account_signup"),
    path("reset/", to_sign_in, name="account_reset_password"),
    path("set/", to_sign_in, name="account_set_password"),
]
