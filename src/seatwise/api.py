"""The API, /api/v1/: tokens, what goes wrong, and its documentation. What it has lies with the apps."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, gettext as _
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError
from ninja.openapi.docs import DocsBase
from ninja.security import HttpBearer

from seatwise import __version__
from seatwise.directory.models import ApiToken
from seatwise.directory.requests import token_of, used_token
from seatwise.file_imports import api as file_imports, api_logs
from seatwise.licenses import api as licenses, api_checklists, api_rules
from seatwise.monitoring import api as monitoring
from seatwise.reviews import api as reviews
from seatwise.site import faults
from seatwise.site.access import administrators_and_auditors
from seatwise.site.api_lists import PartForm, parameters
from seatwise.site.errors import bad_request
from seatwise.site.problems import Problem, Wrong
from seatwise.webhooks import api as webhooks

logger = logging.getLogger(__name__)
FORMS: dict[str, type[PartForm]] = {  # by operation
    "usage": monitoring.ApiForm,
    "licenses": licenses.HoldersForm,
    "license_rules": api_rules.RulesForm,
    "reviews": reviews.ReviewsForm,
    "review_items": reviews.ItemsForm,
    "webhooks": webhooks.WebhooksForm,
    "webhook_deliveries": webhooks.DeliveriesForm,
}


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """What the template shows: operations with their parameters and answers, and the parts of answers."""
    return {
        "operations": [
            operation_of(method, path, operation)
            for path, methods in schema["paths"].items()
            for method, operation in methods.items()
        ],
        "parts": [
            (name, [field_of(field, part) for field, part in found.get("properties", {}).items()])
            for name, found in schema.get("components", {}).get("schemas", {}).items()
        ],
    }


def operation_of(method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    in_path = [one for one in operation.get("parameters", []) if one["in"] == "path"]
    return {
        "method": method.upper(),
        "path": path,
        "in_path": [one["name"] for one in in_path],
        "parameters": [(one["name"], type_of(one["schema"]), one["description"]) for one in parameters_of(operation)],
        "answers": [
            (status, type_of(content["schema"]))
            for status, answer in operation["responses"].items()
            for content in answer.get("content", {}).values()
        ],
    }


def parameters_of(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """What it is asked with, besides its address: parameters, headers and the fields of its body."""
    if form := FORMS.get(operation["operationId"]):
        return parameters(form)
    others = [one for one in operation.get("parameters", []) if one["in"] != "path"]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        fields = content["schema"].get("properties", {})
        others += [{"name": name, "schema": part, "description": part["description"]} for name, part in fields.items()]
    return [{**one, "description": gettext(one["description"])} for one in others]


def field_of(name: str, part: dict[str, Any]) -> tuple[str, str, str]:
    """A field: name, type, what it is."""
    return name, type_of(part), gettext(part["description"]) if part.get("description") else ""


def type_of(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(type_of(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{type_of(schema['items'])}]"
    if "enum" in schema:
        return " | ".join(schema["enum"])
    bounds = [str(schema[key]) for key in ("minimum", "maximum") if key in schema]
    pattern = " YYYY-MM" if "pattern" in schema else ""
    text = f"{schema.get('type', '')} {schema.get('format', '')}".strip() + pattern
    return f"{text} ({'–'.join(bounds)})" if len(bounds) == 2 else f"{text} (≥ {bounds[0]})" if bounds else text


class Bearer(HttpBearer):
    """`Authorization: Bearer TOKEN`. Written anew, since ninja's own logs what it does not expect."""

    def __call__(self, request: HttpRequest) -> ApiToken | None:
        return token_of(request)

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        return used_token(token)


class Documentation(DocsBase):
    """A page of this site: no script, nothing from elsewhere."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """What there is, made from the OpenAPI description."""
        context = {"api": api, "openapi_url": self.get_openapi_url(api, kwargs), **described(api.get_openapi_schema())}
        return render(request, "api/documentation.html", context)


def with_session_or_token(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For administrators and auditors who are signed in, and for programs with a token."""
    guarded = administrators_and_auditors(view)

    @functools.wraps(view)
    def either(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if Bearer()(request) else guarded(request, *args, **kwargs)

    return either


api = NinjaAPI(
    title="Seatwise",
    version="1",
    description=f"Who really uses the services the organization pays seats for. Seatwise {__version__}.",
    urls_namespace="api-1",
    auth=Bearer(),
    docs=Documentation(),
    docs_decorator=with_session_or_token,
)
rest = Router(auth=None)
api.add_router("", monitoring.router)
for _router in (licenses.router, api_rules.router, api_checklists.router):
    api.add_router("", _router)
api.add_router("", reviews.router)
api.add_router("", file_imports.router)
api.add_router("", api_logs.router)
api.add_router("", webhooks.router)
api.add_router("", rest)  # last: it takes what no other has


@api.exception_handler(Problem)
def problem(request: HttpRequest, found: Problem) -> HttpResponse:
    """What the apps refuse."""
    return api.create_response(request, found.body(), status=found.status)


@api.exception_handler(AuthenticationError)
def no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """401."""
    wrong = Wrong(
        _("The token is missing or not valid: it was revoked, it expired, or its owner’s account changed."),
        "Authorization",
        _("Send the header “Authorization: Bearer TOKEN” with a token created by an administrator."),
    )
    response = problem(request, Problem(401, wrong))
    response["WWW-Authenticate"] = 'Bearer realm="Seatwise"'
    return response


@api.exception_handler(Http404)
def not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    """404 for anything else below /api/v1/."""
    wrong = Wrong(
        _("There is nothing at %(path)s.") % {"path": request.path},
        "path",
        _("See /api/v1/docs for what is available."),
    )
    return problem(request, Problem(404, wrong))


@api.exception_handler(Exception)
def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """What is to be expected of machines and databases; what a request must not carry; else 500, our fault."""
    expected = faults.answer(request, error)
    if expected is not None:
        return expected
    if isinstance(error, SuspiciousOperation | BadRequest):
        return bad_request(request, error)
    logger.error("%s failed", request.path, exc_info=error)
    wrong = Wrong(
        _("Something went wrong on this side."), "server", _("Try again later, or contact the site’s administrator.")
    )
    return problem(request, Problem(500, wrong))


@rest.get("/{path:rest}", include_in_schema=False)
def anything_else(request: HttpRequest, rest: str) -> HttpResponse:
    """So that also a wrong address is answered in the one shape."""
    raise Http404


def in_one_shape(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """What the parts of the API leave to the site, in its own shape: its root, and methods that there are not."""

    @functools.wraps(view)
    def shaped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except Http404 as error:
            return not_there(request, error)
        if response.status_code != 405:
            return response
        known = Bearer()(request) is not None
        return not_allowed(request, response["Allow"]) if known else no_token(request, AuthenticationError())

    return shaped


def not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """405."""
    wrong = Wrong(
        _("%(path)s does not support %(method)s.") % {"path": request.path, "method": request.method},
        "method",
        _("Use %(allowed)s.") % {"allowed": allowed},
    )
    response = problem(request, Problem(405, wrong))
    response["Allow"] = allowed
    return response


urls = api.urls  # patterns, the kind of application, and the name they have
for _pattern in urls[0]:
    if _pattern.callback is not None:
        _pattern.callback = in_one_shape(_pattern.callback)
        if _pattern.name == "add_import":
            file_imports.files_taken(_pattern.callback)
