"""Services & Users: seats, licenses, what is pending, suspensions and exemptions."""

from django.urls import URLPattern, path

from seatwise.licenses.pages import changes, drafts, people, users

app_name = "licenses"

urlpatterns: list[URLPattern] = [
    path("services/<slug:code>/users/", users.users, name="users"),
    path("services/<slug:code>/users/change/", users.change_users, name="change_users"),
    path("licenses/users/", users.start, name="start"),
    path("licenses/drafts/<int:pk>/", drafts.draft, name="draft"),
    path("licenses/people/<int:pk>/", people.person, name="person"),
    path("licenses/changes/", changes.changes, name="changes"),
    path("licenses/changes/<int:pk>/", changes.change, name="change"),
    path("licenses/changes/<int:pk>/undo/", changes.undo, name="undo"),
]
