"""What a request may carry: how large its body may be, and whether files may be in it. Each view declares it here.

Django takes files on every address and writes them to disk before any view is asked. Here a file is taken only by a
view that is marked with `takes_files`, and only from somebody who may use it; everywhere else a request with a file is
refused when its first part with a name is met, with nothing written.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from seatwise.lib.decoding import is_keepable
from seatwise.site.access import ADMINISTRATOR, role_of
from seatwise.site.problems import is_for_programs
from seatwise.site.refused_request import RefusedRequest

V = TypeVar("V", bound=Callable[..., Any])

STRANGERS = 64 * 1024  # bytes of what somebody sends who is not signed in and has no token
AROUND_FILES = 1024 * 1024  # bytes of the form that comes with a file
MARK = "takes_files"


@dataclass(frozen=True)
class Files:
    """The files that a view takes: how many bytes of them in all, from whom, and what to do with larger ones."""

    limit: Callable[[], int]
    otherwise: str | Promise
    roles: Collection[str]

    @property
    def body(self) -> int:
        """The bytes that a whole request may have."""
        return self.limit() + AROUND_FILES


def takes_files(
    limit: Callable[[], int], otherwise: str | Promise = "", roles: Collection[str] = (ADMINISTRATOR,)
) -> Callable[[V], V]:
    """Mark a view as one to which people with these roles send files."""

    def marked(view: V) -> V:
        setattr(view, MARK, Files(limit, otherwise, roles))
        return view

    return marked


def files_of(view: Callable[..., Any]) -> Files | None:
    """What a view takes, if it takes files."""
    found: Files | None = getattr(view, MARK, None)
    return found


def body_limit(path: str, *, known: bool = True) -> int:
    """How many bytes the body of a request to this path may have: for a server that takes bodies whole before Django.

    `known` is whether the request has the cookie of a session or a token (which need not be right). Where a body is
    larger, `Bodies` refuses the request in words by its Content-Length alone, and reads nothing of it.
    """
    try:
        files = files_of(resolve(path).func)
    except Resolver404:
        files = None
    if not known:
        return STRANGERS
    return files.body if files else int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


class NoFiles(FileUploadHandler):
    """Refuses the request when a file begins."""

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        """A file begins."""
        raise RefusedRequest(
            400,
            _("Files cannot be uploaded here"),
            _("Nothing was stored. Upload files on the pages that have a file field."),
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never asked."""

    def file_complete(self, file_size: int) -> None:
        """Never asked."""


class Bodies:
    """Refuses bodies that are too large, and files where none are taken, before anything of them is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Leave out cookies that cannot be anything of ours."""
        for name in [name for name, value in request.COOKIES.items() if not is_keepable(value)]:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Look at what is coming, before the protection against forged forms reads it."""
        if not is_keepable(request.path_info):
            raise Http404
        refuse_unkeepable(*texts_of(request.GET))
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or not int(length[:20]):
            return None
        files = files_of(view)
        if files and not is_for_programs(request):  # the API looks at the token before it looks at the body
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if role_of(request) not in files.roles:
                raise PermissionDenied
        known = request.user.is_authenticated or "Authorization" in request.headers
        most = STRANGERS
        if known:
            most = files.body if files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if most is not None and int(length[:20]) > most:
            raise too_large(files, most) if known or not is_for_programs(request) else without_token()
        handler = TemporaryFileUploadHandler if files else NoFiles
        handlers: list[FileUploadHandler] = [handler(request)]
        request.upload_handlers = handlers
        if request.method == "POST" and not is_for_programs(request):
            refuse_unkeepable(*texts_of(request.POST))
        return None


def texts_of(query: QueryDict) -> Iterator[str]:
    """All names and values of a form or of an address."""
    for name, values in query.lists():
        yield name
        yield from (value for value in values if isinstance(value, str))


def refuse_unkeepable(*texts: str) -> None:
    """Refuse NUL, which PostgreSQL cannot keep, and halves of characters, which no file can."""
    if not all(is_keepable(text) for text in texts):
        raise RefusedRequest(
            400,
            _("The text has a character that cannot be stored"),
            _("It is a NUL or half a character, as broken programs send. Nothing was changed. Type the text again."),
        )


def without_token() -> RefusedRequest:
    """The refusal of what a program sends without a token: a body as large as this is not even read."""
    next_step = _("Send the header “Authorization: Bearer TOKEN” with a token created by an administrator.")
    return RefusedRequest(401, _("The token is missing"), next_step)


def too_large(files: Files | None, most: int) -> RefusedRequest:
    """The refusal of a body that is larger than the view takes."""
    said = files.limit() if files else most
    next_step = str(files.otherwise) if files else _("Send less at once.")
    return RefusedRequest(413, _("This is larger than %(limit)s") % {"limit": size_in_words(said)}, next_step)


def size_in_words(size: int) -> str:
    """A size as settings are written: 500 MB, 2 GB."""
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{round(size / unit, 1):g} {name}"
    return f"{size} B"
