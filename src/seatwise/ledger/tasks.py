"""Background tasks. Each can be killed and run again at any time."""

from django_tasks import task

from seatwise.ledger.models import LogImport


@task()
def read_upload(log_import: int) -> None:
    """Read an uploaded log, unless it was read already."""
    from seatwise.ledger import uploads

    found = LogImport.objects.filter(pk=log_import).select_related("revision__source", "asked_by").first()
    if found is not None:
        uploads.read(found)
