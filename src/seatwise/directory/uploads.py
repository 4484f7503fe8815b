"""Uploading a file that is looked at before it is confirmed: the form, finding it again, throwing it away."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import configuration
from seatwise.directory.models import Upload, User
from seatwise.directory.requests import person_of, refusals_on
from seatwise.lib.decoding import UnreadableText, decode
from seatwise.lib.logins import visible
from seatwise.site.access import administrators_only
from seatwise.site.words import notice_text

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_BYTES = 64 * 1024 * 1024
SHOWN = 50  # earlier uploads on a page
DETECTED = ("", gettext_lazy("detect automatically"))
ENCODINGS = [
    DETECTED,
    ("utf-8", "UTF-8"),
    ("cp932", gettext_lazy("Shift_JIS (CP932)")),
    ("euc-jp", "EUC-JP"),
    ("utf-16", "UTF-16"),
    ("latin-1", "Latin-1"),
    ("gb18030", gettext_lazy("Simplified Chinese (GB18030)")),
    ("big5", gettext_lazy("Traditional Chinese (Big5)")),
]


class UploadForm(forms.Form):
    """A text file and its encoding; what else is asked says how it is to be read. `command` takes larger files."""

    kind: str
    check: Callable[[bytes, str | None], object] = staticmethod(decode)  # raises UnreadableText
    command: str
    about_file: "str | _StrPromise"

    file = forms.FileField(label=gettext_lazy("File"))
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), choices=ENCODINGS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = self.about_file

    def clean_file(self) -> Any:
        """Refuse what is too large to be looked at."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            message = _("The file is larger than %(most)s MB. Import it with the command %(command)s.")
            raise forms.ValidationError(message % {"most": MOST_BYTES // 1024 // 1024, "command": self.command})
        return file

    def clean(self) -> None:
        file = self.cleaned_data.get("file")
        if file is None:
            return
        self.data_read = file.read()
        try:
            self.check(self.data_read, self.cleaned_data.get("encoding") or None)
        except UnreadableText as problem:
            self.add_error("file", notice_text(problem.notice))

    def options(self) -> dict[str, Any]:
        """How it is to be read, as JSON."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("file", "encoding")}

    def keep(self, *, by: User) -> Upload:
        return Upload.objects.create(
            kind=self.kind,
            name=visible(Path(self.cleaned_data["file"].name).name)[:255],
            data=self.data_read,
            encoding=self.cleaned_data["encoding"],
            options=self.options(),
            uploaded_by=by,
        )


def earlier(request: HttpRequest, kind: str) -> QuerySet[Upload]:
    """The latest uploads of a kind that the person may see."""
    return Upload.objects.visible_to(person_of(request)).of_kind(kind).newest_first()[:SHOWN]


def found(request: HttpRequest, kind: str, pk: int) -> Upload:
    """An upload that the person may see."""
    uploads = Upload.objects.visible_to(person_of(request)).of_kind(kind)
    return get_object_or_404(uploads.select_related("uploaded_by"), pk=pk)


@administrators_only.action
def discard(request: HttpRequest, pk: int, kind: str, back: str) -> HttpResponse:
    """Throw a file away; `back` is the page to go to."""
    with refusals_on(request):
        found(request, kind, pk).claim(Upload.State.ABANDONED)
        messages.success(request, _("The file was discarded. Nothing was imported."))
    return redirect(back)


def forget_abandoned_uploads(day: datetime.date) -> str | None:
    """Throw away files that nobody confirmed."""
    kept, arrived = (configuration.days_of(each) for each in (configuration.KEEP_UPLOADS, configuration.KEEP_ARRIVED))
    forgotten = Upload.objects.forget_abandoned(timezone.now() - kept)
    forgotten += Upload.objects.forget_abandoned(timezone.now() - arrived, watched=True)
    return f"unconfirmed uploads discarded: {forgotten}" if forgotten else None
