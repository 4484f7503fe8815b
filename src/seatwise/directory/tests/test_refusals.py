"""What refuses is said once, where whoever asked reads it."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.test import RequestFactory

from seatwise.directory.changes import Refused
from seatwise.directory.requests import refusals_on

REFUSALS = [Refused("There is no seat."), ValidationError("There is no seat.")]


class SeatForm(forms.Form):
    seat = forms.CharField()


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    request = rf.post("/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize("refusal", REFUSALS, ids=["refused", "not valid"])
def test_a_refusal_is_an_error_of_the_form_beside_its_field(refusal: Exception) -> None:
    form = SeatForm({"seat": "one"})
    assert form.is_valid()
    with refusals_on(form, "seat"):
        raise refusal
    assert form.errors == {"seat": ["There is no seat."]}


@pytest.mark.parametrize("refusal", REFUSALS, ids=["refused", "not valid"])
def test_a_refusal_is_said_on_the_next_page(request_: HttpRequest, refusal: Exception) -> None:
    with refusals_on(request_):
        raise refusal
    assert [(each.level_tag, each.message) for each in get_messages(request_)] == [("error", "There is no seat.")]


def test_what_is_no_refusal_is_not_hidden(request_: HttpRequest) -> None:
    with pytest.raises(ValueError, match="a fault"), refusals_on(request_):
        raise ValueError("a fault")
