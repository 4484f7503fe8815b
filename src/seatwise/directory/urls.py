"""The directory's pages, below /administration/directory/."""

from django.urls import path

from seatwise.directory import uploads
from seatwise.directory.pages import departments, imports, logins, mappings, services, tokens, users

app_name = "directory"
urlpatterns = [
    path("users/", users.users, name="users"),
    path("users/file/", users.import_file, name="users_file"),
    path("users/add/", users.add, name="user_add"),
    path("users/<int:pk>/", users.moved, name="user"),
    path("users/<int:pk>/edit/", users.edit, name="user_edit"),
    path("users/<int:pk>/password/", users.password, name="user_password"),
    path("departments/", departments.departments, name="departments"),
    path("departments/add/", departments.add, name="department_add"),
    path("departments/<int:pk>/", departments.edit, name="department"),
    path("departments/<int:pk>/removal/", departments.remove, name="department_removal"),
    path("logins/", logins.logins, name="logins"),
    path("logins/suggestions/", logins.suggestions, name="login_suggestions"),
    path("logins/<int:pk>/", logins.login, name="login"),
    path("logins/<int:pk>/owner/", logins.give, name="login_owner"),
    path("logins/<int:pk>/kind/", logins.declare, name="login_kind"),
    path("logins/<int:pk>/release/", logins.release, name="login_release"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:pk>/", imports.people_import, name="import"),
    path("imports/<int:pk>/columns/", imports.columns, name="import_columns"),
    path("imports/<int:pk>/answers/", imports.answer, name="import_answers"),
    path("imports/<int:pk>/confirmation/", imports.confirm, name="import_confirmation"),
    path(
        "imports/<int:pk>/discarding/",
        uploads.discard,
        {"kind": "people", "back": "directory:imports"},
        name="import_discarding",
    ),
    path("mappings/", mappings.mappings, name="mappings"),
    path("mappings/<int:pk>/", mappings.mapping, name="mapping"),
    path("mappings/<int:pk>/removal/", mappings.remove, name="mapping_removal"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/add/", tokens.add, name="token_add"),
    path("tokens/<int:pk>/revocation/", tokens.revoke, name="token_revocation"),
    path("services/", services.services, name="services"),
    path("services/add/", services.add, name="service_add"),
    path("services/<slug:code>/", services.edit, name="service"),
]
