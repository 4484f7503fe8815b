"""Who may send to a source, and what is answered to what goes wrong."""

import base64
import contextlib
import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from seatwise.directory.models import Role, Scope, User
from seatwise.directory.requests import used_token
from seatwise.ingest import bodies, spool
from seatwise.ingest.messages import Status
from seatwise.ledger.models import Source
from seatwise.site.bodies import takes_files
from seatwise.site.problems import Problem, Wrong

LIMIT = 16 * 10**6  # bytes of a body as it is sent
RETRY = {"Retry-After": "30"}
JSON, PROTOBUF = "application/json", "application/x-protobuf"
OTLP = "/v1/logs"
View = Callable[..., HttpResponse]


class WrongType(Exception):
    """A body whose Content-Type its address does not take."""


def refused(request: HttpRequest, status: int, why: str, headers: dict[str, str] | None = None) -> HttpResponse:
    """As the API refuses, and as Elasticsearch does; as OTLP does where that came in Protocol Buffers."""
    if request.content_type == PROTOBUF and request.path.endswith(OTLP):
        body = Status(message=why).SerializeToString()
        return HttpResponse(body, status=status, content_type=PROTOBUF, headers=headers or {})
    wrong = Problem(status, Wrong(why, "", "")).body()
    error = {"error": {"type": "refused", "reason": why}, "status": status}
    return JsonResponse(wrong | error, status=status, headers=headers or {})


def receiving(view: View) -> View:
    """A view of a source that a token of an administrator may send to; what goes wrong as status and reason."""

    @csrf_exempt
    @takes_files(lambda: LIMIT)
    @functools.wraps(view)
    def guarded(request: HttpRequest, code: str, **more: str) -> HttpResponse:
        token = used_token(secret_of(request))
        if token is None:
            return refused(request, 401, "send a token: Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"})
        owner: User = token.owner
        if Scope.WRITE_LOGS not in token.scopes or owner.role != Role.ADMINISTRATOR:
            return refused(request, 403, "the token needs the scope logs:write, and an administrator as its owner")
        source = Source.objects.of_logs().filter(code=code, retired_on=None).first()
        if source is None:
            return refused(request, 404, f"there is no source of logs {code} in use")
        try:
            return view(request, source, **more)
        except bodies.BadBody as error:
            return refused(request, 400, str(error))
        except bodies.TooLarge as error:
            return refused(request, 413, f"the body is larger than {error} bytes when it is unpacked")
        except bodies.UnknownEncoding as error:
            return refused(request, 415, f"the encoding {error} is not understood: use gzip, zstd or none")
        except WrongType:
            return refused(request, 415, f"send it as Content-Type: {JSON} or {PROTOBUF}")
        except spool.Full:
            return refused(request, 503, "there is no room now: send it again later", RETRY)

    return guarded


def secret_of(request: HttpRequest) -> str:
    """The token: a bearer's, or the password or key of shippers that send a name and a colon before it."""
    scheme, _space, said = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() not in ("bearer", "basic", "apikey"):
        return ""
    if scheme.lower() != "bearer":
        with contextlib.suppress(ValueError):
            _name, colon, secret = base64.b64decode(said, validate=True).decode().partition(":")
            return secret if colon else said.strip()
    return said.strip()


def packed_body(request: HttpRequest) -> tuple[bytes, str]:
    """The body as it was sent, and its Content-Encoding. Raises TooLarge."""
    body = request.read(LIMIT + 1)
    if len(body) > LIMIT:
        raise bodies.TooLarge(LIMIT)
    return body, request.headers.get("Content-Encoding", "")
