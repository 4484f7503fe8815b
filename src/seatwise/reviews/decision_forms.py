"""Forms of those who decide: narrowing the list, a decision, who stands in, whose review it is."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from seatwise.directory.choices import department_choice
from seatwise.directory.models import Department, Membership, User
from seatwise.directory.person_field import PersonField, seen_by
from seatwise.reviews.forms import OwnerField, date_field
from seatwise.reviews.item_decisions import NewDecision
from seatwise.reviews.models import Decision, ItemQuerySet, Review, able_owners
from seatwise.seat_requests.models import SeatRequest
from seatwise.site.fields import problems_of
from seatwise.site.search import SearchForm, shows, words

LONGEST_REASON = 2000


def departments_of(items: ItemQuerySet) -> "QuerySet[Department]":
    """The departments to which the people of some items belong now."""
    current = Membership.objects.current().primary().filter(user__in=items.values("user"))
    found: QuerySet[Department] = Department.objects.filter(pk__in=current.values("department")).in_tree_order()
    return found


class PeopleSearch(SearchForm):
    """Narrows items by the people they are about."""

    department = department_choice("in_department")
    text = words(gettext_lazy("Name or login"))

    def __init__(self, data: QueryDict, items: ItemQuerySet) -> None:
        super().__init__(data, department=departments_of(items))
        self.items = items

    def narrowed(self) -> ItemQuerySet:
        found: ItemQuerySet = self.narrow(self.items)
        return found


class ItemSearch(PeopleSearch):
    show = shows(
        gettext_lazy("Show"),
        ("", gettext_lazy("all"), ""),
        ("to_do", gettext_lazy("to do"), "to_look_at"),
        ("decided", gettext_lazy("decided"), "decided"),
        ("answered", gettext_lazy("answered"), "answered"),
        ("silent", gettext_lazy("not answered in time"), "silent"),
        ("unreached", gettext_lazy("not reached"), "unreached"),
        ("afterwards", gettext_lazy("answered after the decision"), "contradicted"),
    )
    field_order = ("show", "department", "text")


class DecisionForm(forms.Form):
    """A decision about one license or many."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=Decision.choices,
        error_messages={
            "required": gettext_lazy("Choose what should happen to the license."),
            "invalid_choice": gettext_lazy("Choose what should happen to the license."),
        },
    )
    until = date_field(gettext_lazy("Suspend until"), required=False)
    to = PersonField(label=gettext_lazy("Reassign to"), required=False)
    login = PersonField(label=gettext_lazy("Reassign to"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=LONGEST_REASON)

    def __init__(self, data: Any, *, review: Review, person: User) -> None:
        super().__init__(data)
        self.review, self.person = review, person
        for name in ("to", "login"):
            self.fields[name].admit(choosable(review, person))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find to whom it is reassigned."""
        cleaned = super().clean() or {}
        is_passed_on = cleaned.get("decision") == Decision.REASSIGN
        for name in () if is_passed_on else ("to", "login"):
            self.errors.pop(name, None)
        return {**cleaned, "user": cleaned.get("login") or cleaned.get("to") if is_passed_on else None}

    @property
    def wanted(self) -> NewDecision:
        asked = self.cleaned_data
        return NewDecision(asked["decision"], asked["reason"], asked["until"], asked["user"])

    @property
    def candidates(self) -> Sequence[User]:
        """Whom a name may mean that several have."""
        found: Sequence[User] = self.fields["login"].widget.candidates
        return found

    @property
    def wrong(self) -> str:
        return problems_of(self)


def choosable(review: Review, person: User) -> Any:
    """To whom a decider may give a seat: active people whom they may see, but for themselves."""
    return User.objects.visible_to(person).take_seats().exclude(pk=person.pk)


def waiting_for_a_seat(review: Review, person: User) -> list[SeatRequest]:
    """Requests for the service of people to whom the decider may give a seat, the oldest first."""
    waiting = SeatRequest.objects.of(review.service).waiting().filter(person__in=choosable(review, person))
    return list(waiting.select_related("person").oldest_first()[:50])


class DelegationForm(forms.Form):
    """Who stands in for somebody, and when."""

    of = PersonField(label=gettext_lazy("On behalf of"))
    to = PersonField(
        label=gettext_lazy("Delegate"),
        help_text=gettext_lazy("Someone who can sign in. They never decide about themselves or about you."),
    )
    begins = date_field(gettext_lazy("From"))
    until = date_field(gettext_lazy("Until (inclusive)"))
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=LONGEST_REASON)

    def __init__(self, data: Any = None, *, person: User, on: datetime.date) -> None:
        super().__init__(data, initial={"begins": on, "of": person})
        people = able_owners() if person.changes_things else able_owners().filter(pk=person.pk)
        self.fields["of"].admit(people)  # type: ignore[attr-defined]
        self.fields["to"].admit(User.objects.active(), seen_by(person).active())  # type: ignore[attr-defined]
        if not person.changes_things:
            self.fields["of"].widget = forms.HiddenInput()


class OwnerForm(forms.Form):
    owner = OwnerField()
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=LONGEST_REASON)

    def __init__(self, data: Any = None, *, review: Review) -> None:
        super().__init__(data, initial={"owner": review.owner})
        self.fields["owner"].admit_owners()  # type: ignore[attr-defined]


class NamingForm(forms.Form):
    """Why somebody is to be looked at who was not named."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=LONGEST_REASON)
