"""Connections to vendors."""

from typing import Any

from django.urls import URLPattern, path, register_converter

from seatwise.connections.kinds import KINDS, Kind
from seatwise.connections.pages import connection, sendings

app_name = "connections"


class KindConverter:
    """A vendor, as it stands in an address."""

    regex = "|".join(KINDS)

    def to_python(self, value: str) -> Kind:
        return KINDS[value]

    def to_url(self, value: Any) -> str:
        return value.code if isinstance(value, Kind) else str(value)


register_converter(KindConverter, "vendor")

urlpatterns: list[URLPattern] = [
    path("", connection.connections, name="connections"),
    path("<vendor:kind>/", connection.connection, name="connection"),
    path("<vendor:kind>/setting-up/", connection.setting_up, name="setting_up"),
    path("<vendor:kind>/testing/", connection.testing, name="testing"),
    path("<vendor:kind>/readings/", connection.ask, name="ask"),
    path("<vendor:kind>/readings/<int:pk>/", connection.reading, name="reading"),
    path("<vendor:kind>/readings/<int:pk>/<slug:what>/", connection.look, name="look"),
    path("cybozu/drift/", connection.drift, name="drift"),
    path("cybozu/sendings/", sendings.rehearse, name="rehearse"),
    path("cybozu/sendings/<int:pk>/", sendings.sending, name="sending"),
    path("cybozu/sendings/<int:pk>/send/", sendings.send, name="send"),
    path("cybozu/file/", sendings.file, name="file"),
]
