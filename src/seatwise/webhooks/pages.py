"""The pages of webhooks: setting one up, what it delivered, sending again, another secret."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seatwise.directory.requests import person_of, say_saved
from seatwise.site.access import (
    administrators_and_auditors,
    administrators_only,
    asks_before_changes,
    asks_before_secrets,
)
from seatwise.site.edit_conflicts import saves_in_one_transaction
from seatwise.site.lists import Column, List, by_pk
from seatwise.site.search import SearchForm
from seatwise.site.words import minute
from seatwise.webhooks.events import label_of
from seatwise.webhooks.forms import DeliverySearch, WebhookForm
from seatwise.webhooks.models import Delivery, Webhook


def state_of(webhook: Webhook) -> str:
    if webhook.stopped_at:
        return _("stopped on %(at)s") % {"at": minute(webhook.stopped_at)}
    if not webhook.is_on:
        return _("not in use")
    if webhook.fails_since:
        return _("fails since %(since)s") % {"since": minute(webhook.fails_since)}
    return _("in use")


WEBHOOKS: List[Webhook] = List(
    heading=gettext_lazy("Webhooks"),
    about=gettext_lazy("Programs elsewhere that are told at once what happens here, signed and in order."),
    nothing=gettext_lazy("No webhooks yet."),
    icon="webhook",
    link=by_pk("webhooks:webhook"),
    actions="webhooks/_add.html",
    columns=[
        Column(gettext_lazy("Name"), lambda webhook: webhook.name),
        Column(gettext_lazy("Host"), lambda webhook: webhook.shown),
        Column(gettext_lazy("Events"), lambda webhook: ", ".join(label_of(name) for name in webhook.events)),
        Column(gettext_lazy("State"), state_of),
    ],
)
DELIVERIES: List[Delivery] = List(
    nothing=gettext_lazy("No delivery matches these filters."),
    none_yet=gettext_lazy("No events yet."),
    icon="webhook",
    template="webhooks/webhook.html",
    columns=[
        Column(gettext_lazy("Event"), lambda delivery: label_of(delivery.event)),
        Column(gettext_lazy("Number"), lambda delivery: delivery.number, "n"),
        Column(gettext_lazy("Written"), lambda delivery: minute(delivery.made_at), "when"),
        Column(gettext_lazy("State"), lambda delivery: delivery.get_state_display()),
        Column(gettext_lazy("Delivered"), lambda delivery: minute(delivery.sent_at), "when"),
        Column(gettext_lazy("Attempts"), lambda delivery: delivery.attempts, "n"),
        Column(gettext_lazy("Problem"), lambda delivery: delivery.problem),
    ],
)


@administrators_and_auditors
@require_safe
def webhooks(request: HttpRequest) -> HttpResponseBase:
    found = Webhook.objects.visible_to(person_of(request)).order_by("name", "pk")
    return WEBHOOKS.answer(request, SearchForm(request.GET), found)


@administrators_only
@asks_before_secrets
@never_cache
@sensitive_post_parameters("address")
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add one. The answer shows its secret, the only time that it is seen."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret = form.save(by=person_of(request))
        return render(request, "webhooks/secret.html", {"webhook": form.webhook, "secret": secret})
    return render(request, "webhooks/form.html", {"form": form})


@administrators_and_auditors
@require_safe
def webhook(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One as it is, and what it delivered, the latest first."""
    found, form = _found(request, pk), DeliverySearch(request.GET)
    deliveries = form.narrow(Delivery.objects.visible_to(person_of(request)).of(found)).order_by("-pk")
    told = ", ".join(label_of(name) for name in found.events)
    context = {"webhook": found, "state": state_of(found), "told": told, "heading": found}
    return DELIVERIES.answer(request, form, deliveries, context)


@administrators_only
@asks_before_secrets
@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
@saves_in_one_transaction
def change(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    form = WebhookForm(request.POST or None, found)
    if request.method == "POST" and form.is_valid():
        say_saved(request, form.save(by=person_of(request)) is not None)
        return redirect("webhooks:webhook", pk)
    return render(request, "webhooks/form.html", {"form": form, "webhook": found})


@administrators_only
@asks_before_changes
@never_cache
@sensitive_variables("secret")
@require_POST
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Another secret, shown this once."""
    found = _found(request, pk)
    secret = found.rotate(by=person_of(request), at=timezone.now())
    return render(request, "webhooks/secret.html", {"webhook": found, "secret": secret, "until": found.old_until})


@administrators_only
@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    _found(request, pk).send_test(by=person_of(request))
    messages.success(request, _("A test event will be sent within a minute. Its delivery is listed here."))
    return redirect("webhooks:webhook", pk)


@administrators_only
@require_POST
def again(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Have an event sent once more."""
    mine = Delivery.objects.visible_to(person_of(request)).of(_found(request, pk)).filter(number=number)
    get_object_or_404(mine.select_related("webhook").order_by("pk")[:1]).send_again(by=person_of(request))
    messages.success(request, _("The event will be sent again within a minute."))
    return redirect("webhooks:webhook", pk)


@administrators_only
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    _found(request, pk).end(by=person_of(request), at=timezone.now())
    messages.success(request, _("The webhook was removed."))
    return redirect("webhooks:webhooks")


def _found(request: HttpRequest, pk: int) -> Webhook:
    return get_object_or_404(Webhook.objects.visible_to(person_of(request)), pk=pk)
