"""Services & Users: seats, licenses, what is pending, suspensions and exemptions."""

from django.urls import URLPattern, path

from seatwise.directory import uploads
from seatwise.licenses.pages import changes, drafts, file, leave, pending, people, rules, services, users

app_name = "licenses"

urlpatterns: list[URLPattern] = [
    path("services/", services.services, name="services"),
    path("services/<slug:code>/", services.service, name="service"),
    path("services/<slug:code>/trend/", services.trend, name="trend"),
    path("services/<slug:code>/contracts/add/", services.add, name="contract_add"),
    path("services/<slug:code>/contracts/<int:pk>/", services.contract, name="contract"),
    path("services/<slug:code>/pending/", pending.pending, name="pending"),
    path("services/<slug:code>/history/", services.history, name="history"),
    path("services/<slug:code>/policy/", services.policy, name="policy"),
    path("licenses/suspensions/", leave.suspensions, name="suspensions"),
    path("licenses/suspensions/add/", leave.suspension_add, name="suspension_add"),
    path("licenses/suspensions/<int:pk>/", leave.suspension, name="suspension"),
    path("licenses/suspensions/<int:pk>/end/", leave.suspension_end, name="suspension_end"),
    path("licenses/exemptions/", leave.exemptions, name="exemptions"),
    path("licenses/exemptions/add/", leave.exemption_add, name="exemption_add"),
    path("licenses/exemptions/<int:pk>/", leave.exemption, name="exemption"),
    path("licenses/exemptions/<int:pk>/end/", leave.exemption_end, name="exemption_end"),
    path("services/<slug:code>/users/", users.users, name="users"),
    path("services/<slug:code>/users/change/", users.change_users, name="change_users"),
    path("licenses/rules/", rules.rules, name="rules"),
    path("licenses/rules/add/", rules.add, name="rule_add"),
    path("licenses/rules/proposal/", rules.propose, name="rules_propose"),
    path("licenses/rules/<int:pk>/", rules.rule, name="rule"),
    path("licenses/rules/<int:pk>/removal/", rules.remove, name="rule_remove"),
    path("licenses/users/", users.start, name="start"),
    path("licenses/drafts/<int:pk>/", drafts.draft, name="draft"),
    path("licenses/people/<int:pk>/", people.moved, name="person"),
    path("licenses/people/<int:pk>/checklist/<slug:code>/", people.checklist, name="checklist"),
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
