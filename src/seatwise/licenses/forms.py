"""The forms of Services & Users: whom a page shows, whom somebody chose, what they say when they save."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.choices import UNAFFILIATED, department_choice, service_choice
from seatwise.directory.models import Department, Service, User, sees_all
from seatwise.lib.usage import Sorting
from seatwise.licenses import selection
from seatwise.licenses.bulk_actions import ACTIONS
from seatwise.licenses.change_saving import Said
from seatwise.licenses.models import Change, ChangeDraft
from seatwise.licenses.selection import SORTS, PeopleFilter
from seatwise.site.fields import FlagField
from seatwise.site.search import SearchForm, choice, words

WHO = (
    ("", gettext_lazy("Holders")),
    ("inactive", gettext_lazy("Inactive holders, who do not take a seat")),
    ("others", gettext_lazy("Without a license")),
    ("all", gettext_lazy("Everyone")),
)


class UsersForm(SearchForm):
    file_parameters = ()
    who = forms.ChoiceField(
        label=gettext_lazy("Who"),
        choices=lambda: [*WHO, *((who, label) for who, (label, _users) in selection.HOLDERS.items())],
        required=False,
    )
    department = department_choice(unaffiliated=True)
    only = FlagField(label=gettext_lazy("Without sub-departments"), required=False)
    text = words(gettext_lazy("Name or login"))
    sort = forms.ChoiceField(choices=[(sort, sort) for sort in SORTS], required=False, widget=forms.HiddenInput)
    descending = FlagField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, person: User) -> None:
        super().__init__(data, department=Department.objects.visible_to(person).in_tree_order())
        if not sees_all(person):
            self.fields["department"].empty_label = _("All your departments")  # type: ignore[attr-defined]

    def wanted(self) -> PeopleFilter:
        """Whom it asks for; the holders where the form is wrong, since it says so."""
        asked = self.cleaned_data if self.is_valid() else {}
        department = asked.get("department")
        unaffiliated = department == UNAFFILIATED
        return PeopleFilter(
            who=asked.get("who") or "holders",
            department=None if unaffiliated else department,
            unaffiliated=unaffiliated,
            below=not asked.get("only"),
            text=asked.get("text") or "",
            sort=asked.get("sort") or "",
            descending=bool(asked.get("descending")),
        )

    @property
    def sorting(self) -> Sorting:
        wanted = self.wanted()
        return Sorting(wanted.sort or "last-access" if wanted.by_usage else "name", wanted.descending)


class ChosenForm(forms.Form):
    """Whom somebody ticked on a list, or that it is all whom the list at an address shows; and what to do."""

    what = forms.ChoiceField(choices=lambda: [*ChangeDraft.What.choices, *((name, name) for name in ACTIONS)])
    everything = forms.BooleanField(required=False)
    source = forms.CharField(required=False)
    query = forms.CharField(required=False)
    user = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        ids = [(pk, pk) for pk in data.getlist("user") if pk.isascii() and pk.isdigit() and len(pk) < 19]
        self.fields["user"].choices = ids  # type: ignore[attr-defined]

    def ids(self, service: Service, person: User) -> list[int]:
        """The ids of those who are chosen. Raises Refused."""
        asked = self.cleaned_data
        if not asked["everything"]:
            return list(asked["user"])
        everybody = selection.LISTS.get(asked["source"], everybody_on_the_page)
        found = list(everybody(person, service, QueryDict(asked["query"])))
        selection.refuse_too_many(found)
        return found


def everybody_on_the_page(person: User, service: Service, query: QueryDict) -> list[int]:
    """All whom the page of a service's users shows at an address."""
    form = UsersForm(query, person)
    selection.refuse_wrong(form)
    return selection.chosen(service, person, form.wanted()).ids()


class ChangesSearch(SearchForm):
    text = words(gettext_lazy("Who or reason"), "mentioning")
    service = service_choice()
    how = choice(gettext_lazy("How"), Change.How.choices, "made")


def confirmation_from(data: QueryDict) -> Said:
    """What somebody says who saves a draft."""
    removals = data.get("removals", "")
    return Said(
        removals=int(removals) if removals.isdecimal() else None,
        fingerprint=data.get("fingerprint", ""),
        reason=data.get("reason", "")[:2000],
        confirmed=frozenset(data.getlist("confirmed")),
        checked=frozenset(data.getlist("checked")),
    )
