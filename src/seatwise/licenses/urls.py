"""Services & Users: seats, licenses, what is pending, suspensions and exemptions."""

from django.urls import URLPattern, path

from seatwise.directory import uploads
from seatwise.licenses.pages import (
    changes,
    contracts,
    drafts,
    exemptions,
    file,
    pending,
    people,
    services,
    suspensions,
    users,
)

app_name = "licenses"

urlpatterns: list[URLPattern] = [
    path("services/", services.services, name="services"),
    path("services/<slug:code>/", services.service, name="service"),
    path("services/<slug:code>/contracts/add/", contracts.add, name="contract_add"),
    path("services/<slug:code>/contracts/<int:pk>/", contracts.contract, name="contract"),
    path("services/<slug:code>/pending/", pending.pending, name="pending"),
    path("services/<slug:code>/history/", services.history, name="history"),
    path("services/<slug:code>/policy/", contracts.policy, name="policy"),
    path("licenses/suspensions/", suspensions.suspensions, name="suspensions"),
    path("licenses/suspensions/add/", suspensions.add, name="suspension_add"),
    path("licenses/suspensions/<int:pk>/", suspensions.suspension, name="suspension"),
    path("licenses/suspensions/<int:pk>/end/", suspensions.end, name="suspension_end"),
    path("licenses/exemptions/", exemptions.exemptions, name="exemptions"),
    path("licenses/exemptions/add/", exemptions.add, name="exemption_add"),
    path("licenses/exemptions/<int:pk>/", exemptions.exemption, name="exemption"),
    path("licenses/exemptions/<int:pk>/end/", exemptions.end, name="exemption_end"),
    path("services/<slug:code>/users/", users.users, name="users"),
    path("services/<slug:code>/users/change/", users.change_users, name="change_users"),
    path("licenses/users/", users.start, name="start"),
    path("licenses/drafts/<int:pk>/", drafts.draft, name="draft"),
    path("licenses/people/<int:pk>/", people.person, name="person"),
    path("licenses/changes/", changes.changes, name="changes"),
    path("licenses/changes/<int:pk>/", changes.change, name="change"),
    path("licenses/changes/<int:pk>/undo/", changes.undo, name="undo"),
    path("licenses/file/", file.file, name="file"),
    path("licenses/file/export/", file.export, name="file_export"),
    path("licenses/file/<int:pk>/", file.upload, name="file_upload"),
    path("licenses/file/<int:pk>/saving/", file.saving, name="file_saving"),
    path(
        "licenses/file/<int:pk>/discarding/",
        uploads.discard,
        {"kind": "licenses", "back": "licenses:file"},
        name="file_discarding",
    ),
]
