"""Files that the worker makes for whoever asks: asking, one's own, how far one is, and downloading it."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from seatwise import configuration
from seatwise.site import background_files, tasks
from seatwise.site.access import everybody
from seatwise.site.list_files import TYPES
from seatwise.site.models import BackgroundFile
from seatwise.site.progress import asks_how_far, in_place
from seatwise.site.refused_request import RefusedRequest


@everybody.form
def files(request: HttpRequest) -> HttpResponse:
    """One's own files; or ask for one that was offered."""
    if request.method == "POST":
        return redirect("file", tasks.accept(request.POST.get("asked", ""), by=request.user).pk)
    mine = BackgroundFile.objects.visible_to(request.user).order_by("-pk")
    return render(request, "lists/files.html", {"files": mine, "days": configuration.KEEP_FILES.value()})


def _found(request: HttpRequest, pk: int) -> BackgroundFile:
    return get_object_or_404(BackgroundFile.objects.visible_to(request.user).select_related("asked_by"), pk=pk)


def _shown(file: BackgroundFile) -> dict[str, object]:
    done, total = background_files.progress(file)
    shown = {"until": file.asked_at + background_files.kept(), "list_url": background_files.list_address(file.address)}
    return {"file": file, "done": done, "total": total, "days": background_files.kept().days, **shown}


@everybody.page
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; when it is ready, where to download it."""
    found = _found(request, pk)
    if asks_how_far(request) and not found.is_ended:
        return render(request, "lists/_file_progress.html", _shown(found))
    return in_place(request, render(request, "lists/file.html", _shown(found)))


@everybody.page
def content(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, where whoever asked for it may still see the list."""
    found = _found(request, pk)
    background_files.ask_list(found)
    try:
        if found.state == BackgroundFile.State.DONE:
            return FileResponse(
                found.path.open("rb"), as_attachment=True, filename=found.name, content_type=TYPES["xlsx"]
            )
    except FileNotFoundError:
        pass
    raise RefusedRequest(404, _("File not found"), _("Open the list and request it there."))
