"""The pages of channels: those of groups, for administrators; and one's own."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seatwise import configuration
from seatwise.channels.copies import write_test
from seatwise.channels.forms import ChannelForm, OwnForm
from seatwise.channels.models import Channel
from seatwise.directory.models import User
from seatwise.directory.requests import person_of, say_saved
from seatwise.letters import kinds
from seatwise.letters.models import Letter
from seatwise.site.access import (
    administrators_and_auditors,
    administrators_only,
    asks_before_secrets,
    back_to,
    everybody,
)
from seatwise.site.edit_conflicts import saves_in_one_transaction
from seatwise.site.home import QuickAction, Waiting
from seatwise.site.lists import Column, List, by_pk
from seatwise.site.search import SearchForm
from seatwise.site.words import minute

SHOWN = 20


def state_of(channel: Channel) -> str:
    if not channel.is_on:
        return _("not in use")
    if channel.fails_since:
        return _("fails since %(since)s") % {"since": minute(channel.fails_since)}
    return _("in use")


def told_of(channel: Channel) -> str:
    if channel.is_for_members:
        return _("each person’s own messages")
    return ", ".join(kinds.kind_label(name) for name in channel.kinds)


CHANNELS: List[Channel] = List(
    heading=gettext_lazy("Channels"),
    about=gettext_lazy("Where Seatwise posts messages beside email: Slack, Teams, LINE WORKS, Discord, ntfy and more."),
    nothing=gettext_lazy("No channels yet."),
    icon="message-square",
    link=by_pk("channels:channel"),
    actions="channels/_add.html",
    columns=[
        Column(gettext_lazy("Name"), lambda channel: channel.name),
        Column(gettext_lazy("Service"), lambda channel: channel.shown),
        Column(gettext_lazy("Told of"), told_of),
        Column(gettext_lazy("Department"), lambda channel: str(channel.department or "")),
        Column(gettext_lazy("State"), state_of),
    ],
)


@administrators_and_auditors
@require_safe
def channels(request: HttpRequest) -> HttpResponseBase:
    found = Channel.objects.visible_to(person_of(request)).select_related("department").order_by("name", "pk")
    return CHANNELS.answer(request, SearchForm(request.GET), found)


@administrators_only
@asks_before_secrets
@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = ChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save(by=person_of(request))
        messages.success(request, _("The channel was added. Send a test message to see whether it works."))
        return redirect("channels:channel", form.channel.pk)
    return render(request, "channels/form.html", {"form": form})


@administrators_and_auditors
@require_safe
def channel(request: HttpRequest, pk: int) -> HttpResponse:
    """A channel as it is, and what was sent to it."""
    found, person = _found(request, pk), person_of(request)
    sent = Letter.every.visible_to(person).through(found).newest_first()[:SHOWN]
    context = {"channel": found, "told_of": told_of(found), "state": state_of(found), "sent": sent}
    return render(request, "channels/channel.html", context)


@administrators_only
@asks_before_secrets
@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
@saves_in_one_transaction
def change(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    form = ChannelForm(request.POST or None, found)
    if request.method == "POST" and form.is_valid():
        say_saved(request, form.save(by=person_of(request)))
        return redirect("channels:channel", pk)
    return render(request, "channels/form.html", {"form": form, "channel": found})


@administrators_only
@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the worker send a test message; its page says what came of it."""
    made = write_test(_found(request, pk))
    messages.success(request, _("A test message is on its way."))
    return back_to(request, "letters:letter", made.pk)


@administrators_only
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    _found(request, pk).end(by=person_of(request), at=timezone.now())
    messages.success(request, _("The channel was removed."))
    return redirect("channels:channels")


def _found(request: HttpRequest, pk: int) -> Channel:
    every = Channel.objects.visible_to(person_of(request)).select_related("department")
    return get_object_or_404(every, pk=pk)


def may_have_own() -> bool:
    """Whether people may add channels of their own."""
    return configuration.PERSONAL_CHANNELS.value() or Channel.objects.for_members().exists()


@login_required
@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """One's own channels: which there are, adding one."""
    person, is_allowed = person_of(request), may_have_own()
    form = OwnForm(request.POST or None, person)
    if request.method == "POST" and is_allowed and form.is_valid():
        write_test(form.save())
        messages.success(request, _("The channel was added, and a test message is on its way."))
        return redirect("own_channels")
    context: dict[str, Any] = {"form": form, "is_allowed": is_allowed, "channels": _own(person)}
    return render(request, "channels/own.html", context)


@everybody.action
def end_own(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request)
    get_object_or_404(Channel.objects.of(person), pk=pk).end(by=person, at=timezone.now())
    messages.success(request, _("The channel was removed."))
    return redirect("own_channels")


def _own(person: User) -> list[tuple[Channel, str]]:
    return [(each, state_of(each)) for each in Channel.objects.of(person).order_by("pk")]


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """For administrators and auditors: channels that take nothing. One query."""
    person = person_of(request)
    for each in Channel.objects.visible_to(person).failing():
        told = {"channel": each, "since": minute(each.fails_since)}
        text = _("Messages to the channel %(channel)s have failed since %(since)s.") % told
        test = QuickAction(_("Send a test message"), reverse("channels:test", args=[each.pk]))
        url, does = reverse("channels:channel", args=[each.pk]), [test] if person.changes_things else []
        yield Waiting(text, url, _("See why"), "circle-x", urgent=True, quick=does)
