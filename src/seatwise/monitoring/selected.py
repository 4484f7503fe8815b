"""All whom the list shows at an address, for those who change licenses of exactly these."""

from django.http import QueryDict

from seatwise.directory.models import Service, User
from seatwise.licenses import selection
from seatwise.monitoring import listing
from seatwise.monitoring.filters import NarrowingForm
from seatwise.monitoring.listing import Selection


def everybody_listed(person: User, service: Service, query: QueryDict) -> list[int]:
    """The ids of all, in the order of the list. Raises Refused where the address is wrong or they are too many."""
    form = NarrowingForm(query, person, service)
    selection.refuse_wrong(form)
    wanted = form.wanted()
    found = listing.selection(listing.basis(service, wanted.as_of), wanted.narrowing, wanted.sorting, person)
    if isinstance(found, Selection):
        return selection.People(found.rows, "user_id").ids()
    ids = [each.user for each in found.figures]
    selection.refuse_too_many(ids)
    return ids
