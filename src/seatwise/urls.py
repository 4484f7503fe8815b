"""What is where."""

from django.urls import include, path

from seatwise import api
from seatwise.accounts import factor_pages
from seatwise.channels import pages as channels
from seatwise.diagnostics import metrics as diagnostics
from seatwise.directory import person_field, person_page
from seatwise.directory.pages import users
from seatwise.licenses.pages import people
from seatwise.monitoring import charts, own_record, person_views
from seatwise.reviews.pages import people as reviewed_people
from seatwise.site import background_file_pages, clock, find, language, settings_page, views

handler400 = "seatwise.site.errors.bad_request"
handler403 = "seatwise.site.errors.permission_denied"
handler404 = "seatwise.site.errors.page_not_found"
handler500 = "seatwise.site.errors.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("record/", own_record.page, name="record"),
    path("channels/", channels.own, name="own_channels"),
    path("channels/<int:pk>/removal/", channels.end_own, name="own_channel_end"),
    path("find/", find.page, name="find"),
    path("people/", person_field.suggestions, name="people"),
    path("health/", views.health, name="health"),
    path("metrics", diagnostics.metrics, name="metrics"),
    path("ingest/", include("seatwise.ingest.urls")),
    path("language/", language.switch, name="language"),
    path("files/", background_file_pages.files, name="files"),
    path("files/<int:pk>/", background_file_pages.file, name="file"),
    path("files/<int:pk>/content/", background_file_pages.content, name="file_content"),
    path("administration/", views.administration, name="administration"),
    path("administration/clock/", clock.page, name="clock"),
    path("administration/settings/", settings_page.page, name="settings"),
    path("administration/first-steps/", include("seatwise.first_steps.urls")),
    path("administration/access/", include("seatwise.monitoring.urls")),
    path("administration/people/<int:pk>/", person_page.landing, name="person"),
    path("administration/people/<int:pk>/access/", person_views.person, name="person_access"),
    path("administration/people/<int:pk>/access/<slug:code>/", person_views.person, name="person_access"),
    path("administration/people/<int:pk>/licenses/", people.person, name="person_licenses"),
    path("administration/people/<int:pk>/reviews/", reviewed_people.person, name="person_reviews"),
    path("administration/people/<int:pk>/directory/", users.user, name="person_directory"),
    path("administration/charts/<slug:code>/", charts.page, name="charts"),
    path("administration/directory/users/<int:pk>/factors/", factor_pages.reset, name="factors_reset"),
    path("administration/directory/", include("seatwise.directory.urls")),
    path("administration/sources/", include("seatwise.ledger.urls")),
    path("administration/", include("seatwise.licenses.urls")),
    path("administration/connections/", include("seatwise.connections.urls")),
    path("administration/mailbox/", include("seatwise.file_imports.urls")),
    path("administration/channels/", include("seatwise.channels.urls")),
    path("administration/webhooks/", include("seatwise.webhooks.urls")),
    path("administration/letters/", include("seatwise.letters.urls")),
    path("", include("seatwise.reviews.urls")),
    path("administration/audit/", include("seatwise.audit.urls")),
    path("", include("seatwise.gate.urls")),
    path("", include("seatwise.enquiries.urls")),
    path("", include("seatwise.seat_requests.urls")),
    path("api/v1/", api.urls),
    path("account/", include("seatwise.accounts.urls")),
]
