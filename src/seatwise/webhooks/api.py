"""Webhooks for programs: set up, changed, tested and removed by the form and the verbs of their pages."""

import datetime
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_noop
from ninja import Field, Router, Schema, Status

from seatwise.directory.models import ApiToken, Scope
from seatwise.directory.once import once
from seatwise.licenses import api_requests
from seatwise.licenses.api import KEY, PROBLEMS
from seatwise.licenses.api_requests import BodyIn, NoBody, body_of, documented_body
from seatwise.site.api_lists import PartForm, RowsOut, checked, documented, part_of
from seatwise.site.problems import Problem, ProblemOut, refuse_invalid
from seatwise.webhooks.events import EVENTS
from seatwise.webhooks.forms import DeliverySearch, WebhookForm
from seatwise.webhooks.models import Delivery, Webhook

router = Router(tags=["webhooks"])
READS = frozenset({401, 403, 404, 422})
ONE = "/webhooks/{int:number}"


class WebhooksForm(PartForm):
    """The list of webhooks, which is searched by nothing."""


class DeliveriesForm(PartForm, DeliverySearch):
    """The form of the list of deliveries."""


class WebhookIn(BodyIn):
    """What a webhook is to be; what is left out stays as it is."""

    name: str | None = Field(None, description=gettext_noop("Required for a new one."))
    address: str | None = Field(
        None, description=gettext_noop("By HTTPS. Required for a new one, and never shown again.")
    )
    events: list[str] | None = Field(None, description=gettext_noop("Names of events, such as license.added."))
    in_use: bool | None = Field(None, description=gettext_noop("Whether events are sent."))


class WebhookOut(Schema):
    """A webhook, without its address and secret."""

    id: int
    name: str
    host: str = Field(description=gettext_noop("Of its address."))
    events: list[str]
    in_use: bool
    fails_since: datetime.datetime | None = Field(description=gettext_noop("Since when events are not accepted."))
    stopped_at: datetime.datetime | None = Field(description=gettext_noop("When it was stopped because it failed."))


class SecretOut(WebhookOut):
    """A webhook and its secret."""

    secret: str | None = Field(
        description=gettext_noop("Shown in the first answer alone; null if the request is sent again.")
    )


class WebhooksOut(RowsOut):
    """A part of the webhooks."""

    webhooks: list[WebhookOut]


class DeliveryOut(Schema):
    """An event that is to be sent, or was."""

    number: int = Field(description=gettext_noop("Of the entry in the audit log."))
    event: str
    state: str = Field(description=gettext_noop("waiting, sent or gone."))
    made_at: datetime.datetime
    sent_at: datetime.datetime | None
    attempts: int
    status: int | None = Field(description=gettext_noop("The HTTP status of the last answer."))
    problem: str = Field(description=gettext_noop("Why the last attempt failed; empty where it did not."))


class DeliveriesOut(RowsOut):
    """A part of the deliveries, the latest first."""

    deliveries: list[DeliveryOut]


@router.get(
    "/webhooks",
    response={200: WebhooksOut, READS: ProblemOut},
    summary="The webhooks",
    operation_id="webhooks",
    openapi_extra={"parameters": documented(WebhooksForm)},
)
def webhooks(request: HttpRequest) -> dict[str, Any]:
    """Those that were not removed, by name."""
    token, form = api_requests.token_for(request, Scope.READ_WEBHOOKS), checked(WebhooksForm(request.GET))
    part, rows = part_of(request, form, Webhook.objects.visible_to(token.owner).order_by("name", "pk"))
    return part | {"webhooks": [_out(each) for each in rows]}


@router.get(ONE, response={200: WebhookOut, READS: ProblemOut}, summary="A webhook", operation_id="webhook")
def webhook(request: HttpRequest, number: int) -> dict[str, Any]:
    api_requests.refuse_unknown(request)
    return _out(_found(api_requests.token_for(request, Scope.READ_WEBHOOKS), number))


@router.get(
    f"{ONE}/deliveries",
    response={200: DeliveriesOut, READS: ProblemOut},
    summary="What a webhook delivered",
    operation_id="webhook_deliveries",
    openapi_extra={"parameters": documented(DeliveriesForm)},
)
def deliveries(request: HttpRequest, number: int) -> dict[str, Any]:
    """What waits, was sent, or failed, the latest first."""
    token, form = api_requests.token_for(request, Scope.READ_WEBHOOKS), checked(DeliveriesForm(request.GET))
    mine = Delivery.objects.visible_to(token.owner).of(_found(token, number))
    part, rows = part_of(request, form, form.narrow(mine).order_by("-pk"))
    return part | {"deliveries": [_delivery(each) for each in rows]}


@router.post(
    "/webhooks",
    response={201: SecretOut, PROBLEMS: ProblemOut},
    summary="Add a webhook",
    operation_id="add_webhook",
    openapi_extra={"parameters": [KEY], "requestBody": documented_body(WebhookIn)},
)
def add(request: HttpRequest) -> "Status[dict[str, Any]]":
    """201: added, with its secret, which is not shown again."""
    api_requests.refuse_unknown(request)
    token, asked = _token(request), body_of(request, WebhookIn)

    def make() -> tuple[Webhook, str | None]:
        form = _checked(WebhookForm({"is_on": True} | _given(asked)))
        return form.webhook, form.save(by=token.owner)

    return _with_secret(request, token, "webhook.add", make, 201)


@router.patch(
    ONE,
    response={200: WebhookOut, PROBLEMS: ProblemOut},
    summary="Change a webhook",
    operation_id="change_webhook",
    openapi_extra={"parameters": [KEY], "requestBody": documented_body(WebhookIn)},
)
def change(request: HttpRequest, number: int) -> "Status[dict[str, Any]]":
    """Also switches it off and on: one that is in use again goes on where it stopped."""
    api_requests.refuse_unknown(request)
    token, asked = _token(request), body_of(request, WebhookIn)

    def do() -> tuple[int, dict[str, Any]]:
        found = _found(token, number, locked=True)
        now = WebhookForm(None, found)
        form = _checked(WebhookForm({**now.initial, "opened": now.version, **_given(asked)}, found))
        if form.save(by=token.owner) is not None:
            api_requests.record_use(token, "webhook.change", {"webhook": number})
        return 200, _out(found)

    return Status(*once(request, token, do))


@router.post(
    f"{ONE}/secret",
    response={200: SecretOut, PROBLEMS: ProblemOut},
    summary="Give a webhook another secret",
    operation_id="rotate_webhook_secret",
    openapi_extra={"parameters": [KEY]},
)
def rotate(request: HttpRequest, number: int) -> "Status[dict[str, Any]]":
    """200: the new secret, which is not shown again. The one before signs, too, for 24 hours."""
    token = _token_without_body(request)

    def do() -> tuple[Webhook, str | None]:
        found = _found(token, number, locked=True)
        return found, found.rotate(by=token.owner, at=timezone.now())

    return _with_secret(request, token, "webhook.rotate", do, 200)


@router.post(
    f"{ONE}/test",
    response={201: DeliveryOut, PROBLEMS: ProblemOut},
    summary="Send a test event",
    operation_id="test_webhook",
    openapi_extra={"parameters": [KEY]},
)
def test(request: HttpRequest, number: int) -> "Status[dict[str, Any]]":
    """201: it will be sent within a minute; what becomes of it is among the deliveries."""
    token = _token_without_body(request)

    def do() -> tuple[int, dict[str, Any]]:
        made = _found(token, number).send_test(by=token.owner)
        api_requests.record_use(token, "webhook.test", {"webhook": number})
        return 201, _delivery(made)

    return Status(*once(request, token, do))


@router.delete(
    ONE,
    response={200: WebhookOut, PROBLEMS: ProblemOut},
    summary="Remove a webhook",
    operation_id="remove_webhook",
    openapi_extra={"parameters": [KEY]},
)
def remove(request: HttpRequest, number: int) -> "Status[dict[str, Any]]":
    """Its address and secrets are forgotten."""
    token = _token_without_body(request)

    def do() -> tuple[int, dict[str, Any]]:
        found = _found(token, number, locked=True)
        told = _out(found)
        found.end(by=token.owner, at=timezone.now())
        api_requests.record_use(token, "webhook.end", {"webhook": number})
        return 200, told

    return Status(*once(request, token, do))


def _with_secret(
    request: HttpRequest, token: ApiToken, what: str, do: Callable[[], tuple[Webhook, str | None]], status: int
) -> "Status[dict[str, Any]]":
    """Do it once, with its entry in the audit log. The secret is in this answer, not in the one that is kept."""
    secrets: list[str | None] = []

    def done() -> tuple[int, dict[str, Any]]:
        found, secret = do()
        secrets.append(secret)
        api_requests.record_use(token, what, {"webhook": found.pk})
        return status, _out(found) | {"secret": None}

    status, body = once(request, token, done)
    return Status(status, body | {"secret": secrets[0]} if secrets and status < 300 else body)


def _given(asked: WebhookIn) -> dict[str, Any]:
    """What was said, by the names of the form."""
    said = {"name": asked.name, "address": asked.address, "events": asked.events, "is_on": asked.in_use}
    return {name: value for name, value in said.items() if value is not None}


def _checked(form: WebhookForm) -> WebhookForm:
    """The form, if it is valid. Raises Problem, naming each field that is wrong."""
    following = {"events": _("Expected: %(known)s.") % {"known": ", ".join(EVENTS)}}
    refuse_invalid(form, names={"is_on": "in_use"}, following=following)
    return form


def _token(request: HttpRequest) -> ApiToken:
    """The token, if it may change webhooks. Raises Problem."""
    token = api_requests.token_for(request, Scope.CHANGE_WEBHOOKS)
    if not token.owner.changes_things:
        text = _("Only administrators can change webhooks, and the owner of this token is not one.")
        raise Problem.of(403, text, "Authorization", _("Use a token of an administrator."))
    return token


def _token_without_body(request: HttpRequest) -> ApiToken:
    api_requests.refuse_unknown(request)
    token, _nothing = _token(request), body_of(request, NoBody)
    return token


def _found(token: ApiToken, number: int, *, locked: bool = False) -> Webhook:
    """A webhook that the owner of a token sees. Raises Problem."""
    visible = Webhook.objects.visible_to(token.owner)
    found = (visible.select_for_update() if locked else visible).filter(pk=min(number, 2**62)).first()
    if found is None:
        text = _("There is no webhook %(number)s.") % {"number": number}
        raise Problem.of(404, text, "number", _("Use the id from the list of webhooks."))
    return found


def _out(found: Webhook) -> dict[str, Any]:
    return {"id": found.pk, **found.described(), **_moments(found, "fails_since", "stopped_at")}


def _delivery(found: Delivery) -> dict[str, Any]:
    names = ("number", "event", "state", "attempts", "status", "problem")
    return {name: getattr(found, name) for name in names} | _moments(found, "made_at", "sent_at")


def _moments(found: Webhook | Delivery, *names: str) -> dict[str, str | None]:
    """Times as JSON has them, since an answer may be kept."""
    return {name: moment and moment.isoformat() for name in names for moment in [getattr(found, name)]}
