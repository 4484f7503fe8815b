"""The connection to cybozu.com."""

from django.urls import URLPattern, path

from seatwise.connections.pages import connection, sendings

app_name = "connections"

urlpatterns: list[URLPattern] = [
    path("cybozu/", connection.cybozu, name="cybozu"),
    path("cybozu/setting-up/", connection.setting_up, name="setting_up"),
    path("cybozu/testing/", connection.testing, name="testing"),
    path("cybozu/readings/", connection.ask, name="ask"),
    path("cybozu/readings/<int:pk>/", connection.reading, name="reading"),
    path("cybozu/readings/<int:pk>/people/", connection.look, {"kind": "people"}, name="look_people"),
    path("cybozu/readings/<int:pk>/licenses/", connection.look, {"kind": "licenses"}, name="look_licenses"),
    path("cybozu/drift/", connection.drift, name="drift"),
    path("cybozu/sendings/", sendings.rehearse, name="rehearse"),
    path("cybozu/sendings/<int:pk>/", sendings.sending, name="sending"),
    path("cybozu/sendings/<int:pk>/send/", sendings.send, name="send"),
    path("cybozu/file/", sendings.file, name="file"),
]
