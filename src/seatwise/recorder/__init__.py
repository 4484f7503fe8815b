"""Who used a site's pages, told to Seatwise as it happens. Usable alone: it needs nothing but the standard library."""

from seatwise.recorder.asgi import AsgiMiddleware
from seatwise.recorder.receiver import Receiver, Refused, Unreachable
from seatwise.recorder.recorder import Recorder
from seatwise.recorder.wsgi import WsgiMiddleware

__all__ = ["AsgiMiddleware", "Receiver", "Recorder", "Refused", "Unreachable", "WsgiMiddleware"]
