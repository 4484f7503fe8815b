"""Pages that belong to no app."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from seatwise.site.access import administrators_and_auditors
from seatwise.site.home import cards_for, waiting_for


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "site/home.html", {"cards": cards_for(request), "waiting": waiting_for(request)})


@require_safe
@administrators_and_auditors
def administration(request: HttpRequest) -> HttpResponse:
    return render(request, "site/administration.html")


def ask_database() -> None:
    """One small question that only Seatwise's database answers, over a connection that is made anew where it broke."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    except Exception:
        connection.close()
        raise


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """For a load balancer: the site is up and reaches its database. The server's shell says more, and says it first."""
    ask_database()
    return JsonResponse({"status": "ok"})
