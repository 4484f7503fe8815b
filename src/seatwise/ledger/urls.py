"""The ledger's pages, below /administration/sources/."""

from django.urls import path

from seatwise.directory import uploads
from seatwise.ledger.views import coverage, imports, snapshots, sources

app_name = "ledger"
urlpatterns = [
    path("", sources.sources, name="sources"),
    path("add/", sources.add, name="source_add"),
    path("formats/", sources.formats, name="formats"),
    path("<int:pk>/", sources.source, name="source"),
    path("<int:pk>/edit/", sources.edit, name="source_edit"),
    path("<int:pk>/trial/", sources.trial, name="source_trial"),
    path("<int:pk>/upload/", imports.upload, name="source_upload"),
    path("<int:pk>/revisions/<int:number>/forgetting/", sources.forgetting, name="revision_forgetting"),
    path("coverage/<slug:code>/", coverage.coverage, name="coverage"),
    path("coverage/<slug:code>/closures/<int:pk>/undo/", coverage.reopen, name="closure_undo"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:pk>/", imports.log_import, name="import"),
    path("imports/<int:pk>/removing/", imports.removing, name="import_removing"),
    path("snapshots/", snapshots.snapshots, name="snapshots"),
    path("snapshots/add/", snapshots.add, name="snapshot_add"),
    path("snapshots/<int:pk>/", snapshots.snapshot, name="snapshot"),
    path("snapshots/<int:pk>/removing/", snapshots.removing, name="snapshot_removing"),
    path("snapshots/drafts/<int:pk>/", snapshots.draft, name="snapshot_draft"),
    path("snapshots/drafts/<int:pk>/columns/", snapshots.columns, name="snapshot_columns"),
    path(
        "snapshots/drafts/<int:pk>/discarding/",
        uploads.discard,
        {"kind": "report", "back": "ledger:snapshots"},
        name="snapshot_discarding",
    ),
]
