"""Signing in and out, one's own password and second factors, below /account/. allauth knows them by their names."""

from allauth.account import views as account
from django.urls import path
from django.views.generic import RedirectView

from seatwise.accounts import factor_pages, obligations, signed_in

to_sign_in = RedirectView.as_view(pattern_name="account_login")

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/", account.password_change, name="account_change_password"),
    path("devices/", signed_in.devices, name="account_devices"),
    path("onwards/", obligations.onwards, name="account_onwards"),
    path("confirmation/", account.reauthenticate, name="account_reauthenticate"),
    path("confirmation/code/", factor_pages.confirm_by_code, name="mfa_reauthenticate"),
    path("confirmation/passkey/", factor_pages.confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("login/code/", factor_pages.authenticate, name="mfa_authenticate"),
    path("login/passkey/", factor_pages.sign_in_by_passkey, name="mfa_login_webauthn"),
    path("factors/", factor_pages.index, name="mfa_index"),
    path("factors/app/", factor_pages.set_up_app, name="mfa_activate_totp"),
    path("factors/app/removal/", factor_pages.remove_app, name="mfa_deactivate_totp"),
    path("factors/codes/", factor_pages.recovery_codes, name="mfa_view_recovery_codes"),
    path("factors/codes/file/", factor_pages.recovery_codes_file, name="mfa_download_recovery_codes"),
    path("factors/codes/new/", factor_pages.make_codes, name="mfa_generate_recovery_codes"),
    path("factors/passkeys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("factors/passkeys/new/", factor_pages.add_passkey, name="mfa_add_webauthn"),
    path("factors/passkeys/<int:pk>/", factor_pages.rename_passkey, name="mfa_edit_webauthn"),
    path("factors/passkeys/<int:pk>/removal/", factor_pages.remove_passkey, name="mfa_remove_webauthn"),
    # Asked for by name in allauth; nobody registers, and passwords are reset by an administrator.
    path("signup/", to_sign_in, name="account_signup"),
    path("reset/", to_sign_in, name="account_reset_password"),
    path("set/", to_sign_in, name="account_set_password"),
]
