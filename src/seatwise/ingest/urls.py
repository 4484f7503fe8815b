"""Addresses to which shippers send; they follow those of the services that shippers know."""

from django.urls import path

from seatwise.ingest import elasticsearch, pages

app_name = "ingest"
urlpatterns = [
    path("<slug:code>/", pages.lines, name="lines"),
    path("<slug:code>", pages.lines),
    path("<slug:code>/heartbeat", pages.heartbeat, name="heartbeat"),
    path("<slug:code>/_bulk", elasticsearch.bulk, name="bulk"),
    path("<slug:code>/<str:index>/_bulk", elasticsearch.bulk),
    path("<slug:code>/_<path:about>", elasticsearch.arrangement),
    path("<slug:code>/loki/api/v1/push", pages.loki, name="loki"),
    path("<slug:code>/v1/logs", pages.otlp, name="otlp"),
]
