"""What reviews made of one person, and what they were asked: a tab of their page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from seatwise.directory import person_page
from seatwise.directory.requests import person_of
from seatwise.enquiries.models import Enquiry
from seatwise.reviews.find import address_of
from seatwise.reviews.lines import ItemLine
from seatwise.reviews.models import Item
from seatwise.reviews.pages.people import group_of
from seatwise.reviews.recommendations import recommend
from seatwise.site.access import those_who_see_usage
from seatwise.site.lists import asked_page_alone

SHOWN = 20  # questions


@require_safe
@those_who_see_usage
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Their licenses in reviews, and the latest questions, as far as the viewer may see them."""
    viewer = person_of(request)
    found = person_page.person_or_404(request, "reviews", pk)
    items = Item.objects.visible_to(viewer).filter(user=found).order_by("-pk")
    page = asked_page_alone(request, items.for_listing())
    theirs = Enquiry.objects.filter(person=found).values_list("pk", flat=True)
    of_accounts = Enquiry.objects.filter(license__user=found).values_list("pk", flat=True)  # two questions, two indexes
    asked = Enquiry.objects.visible_to(viewer).filter(pk__in={*theirs, *of_accounts})
    context = {
        **person_page.head(request, found, "reviews"),
        "page": page,
        "lines": [
            (ItemLine(item, recommend(item)), group_of(item), address_of(item.review, viewer))
            for item in page.object_list
        ],
        "enquiries": asked.for_reading().newest_first()[:SHOWN],
    }
    return render(request, "reviews/of_person.html", context)
