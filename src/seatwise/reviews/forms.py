"""Forms of reviews: the rule, as a query string that can be tried and passed on; and what a review is beside it."""

import datetime
from typing import Any, cast

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.choices import department_choice
from seatwise.directory.models import Department, Employment, Service, User
from seatwise.directory.person_field import PersonField
from seatwise.lib import days
from seatwise.lib.logins import fold
from seatwise.monitoring.filters import MonthField
from seatwise.reviews.models import Review, able_owners
from seatwise.reviews.rules import Rule
from seatwise.reviews.wording import rule_text
from seatwise.site.edit_conflicts import VersionedForm, digest
from seatwise.site.fields import FlagField, day_input
from seatwise.site.search import SearchForm, choice, words

FROM_MONITORING = ("use", "sort", "descending")  # of the list's address; all but `use` leave nobody out
MOST_LOGINS = 200  # people picked one by one: what an address holds
TOO_MANY_LOGINS = gettext_lazy("At most %(most)s people can be selected individually. Filter the list instead.")


def of_list(query: QueryDict) -> QueryDict:
    """The address of a list of User Access Monitoring as that of a rule that names nobody whom the list leaves out."""
    rest = query.copy()
    used = rest.get("use")
    for name in FROM_MONITORING:
        rest.pop(name, None)
    if not rest.get("as_of"):  # a rule judges by today: another day is refused as an unknown parameter
        rest.pop("as_of", None)
    if used:
        rest["window"] = str(days.WINDOW)
    if used == "used":
        rest["at_least"] = "1"
    elif used == "unused":
        rest["at_most"], rest["accessed"] = "0", "on"
    elif used:
        rest["use"] = used  # which there is not: refused as an unknown parameter
    return rest


class LoginsField(forms.Field):
    """People, each by a `login` of the address, as the folded logins of users that there are."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> tuple[str, ...]:
        """The logins, each once; ValidationError for too many and for those that nobody has."""
        logins = tuple(dict.fromkeys(fold(each) for each in value or ()))
        if len(logins) > MOST_LOGINS:
            raise forms.ValidationError(TOO_MANY_LOGINS, params={"most": MOST_LOGINS})
        there_are = set(User.objects.filter(folded__in=logins).values_list("folded", flat=True))
        if missing := [each for each in logins if each not in there_are]:
            raise forms.ValidationError(
                gettext_lazy("There is no user with the login %(logins)s."), params={"logins": ", ".join(missing)}
            )
        return logins


def date_field(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, widget=day_input(), input_formats=["%Y-%m-%d"], required=required)


class OwnerField(PersonField):
    """Who carries a review, by typing: one of those who can, or who did until now (`also`, an id)."""

    def __init__(self) -> None:
        about = gettext_lazy("An administrator or department administrator: type a name or a login name.")
        super().__init__(label=gettext_lazy("Review owner"), help_text=about)

    def admit_owners(self, also: int | None = None) -> None:
        self.admit(able_owners() | User.objects.filter(pk=also))


class RuleForm(SearchForm):
    """A rule in the address: that of a narrowed list of User Access Monitoring fits, with the same names."""

    file_parameters = ()
    service = forms.ModelChoiceField(
        Service.objects.none(), to_field_name="code", label=gettext_lazy("Service"), empty_label=None
    )
    idle_days = forms.IntegerField(
        label=gettext_lazy("No access for at least (days)"), required=False, min_value=1, max_value=3650
    )
    at_most = forms.IntegerField(label=gettext_lazy("Access days at most"), required=False, min_value=0, max_value=90)
    at_least = forms.IntegerField(label=gettext_lazy("Access days at least"), required=False, min_value=0, max_value=90)
    share = forms.IntegerField(
        label=gettext_lazy("Access days at most, as % of expected days"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=gettext_lazy(
            "Expected days: the days a week entered for a person; otherwise 5, or for part-time users "
            "what the service’s policy says."
        ),
    )
    window = forms.ChoiceField(
        label=gettext_lazy("Access days in the last"),
        choices=[("30", gettext_lazy("30 days")), ("90", gettext_lazy("90 days"))],
        required=False,
    )
    never = FlagField(label=gettext_lazy("No access since recording began"), required=False)
    accessed = FlagField(label=gettext_lazy("At least one access since recording began"), required=False)
    last_access_by = MonthField(label=gettext_lazy("Last access in or before"), required=False)
    held_at_least = forms.IntegerField(
        label=gettext_lazy("License held for at least (days)"), required=False, min_value=1, max_value=36500
    )
    department = department_choice()
    employment = choice(gettext_lazy("Employment"), Employment.choices)
    text = words(gettext_lazy("Name or login"))
    asks_again = FlagField(
        label=gettext_lazy("Include people who recently kept the seat with a reason"), required=False
    )  # of a review, not of its rule; it is here so that a trial counts with it
    login = LoginsField(required=False)
    without = LoginsField(required=False)

    def __init__(self, data: QueryDict, person: User | AnonymousUser) -> None:
        rest = of_list(data)
        rest.setdefault("window", str(days.WINDOW))
        services = Service.objects.visible_to(person)
        if not rest.get("service") and (first := services.first()):
            rest["service"] = first.code
        super().__init__(rest, service=services, department=Department.objects.visible_to(person).in_tree_order())

    @property
    def chosen(self) -> Service | None:
        return self.cleaned_data.get("service") if self.is_valid() else None

    def picked_people(self) -> "QuerySet[User]":
        """Those who were picked one by one."""
        found: QuerySet[User] = User.objects.none()
        if self.is_valid() and self.cleaned_data["login"]:
            found = User.objects.filter(folded__in=self.cleaned_data["login"]).order_by("name", "login")
        return found

    @property
    def query(self) -> str:
        """The address's parameters for what a valid form says."""
        return query_of(**self.terms()).urlencode()

    @property
    def in_words(self) -> str:
        """What a valid form says, in words."""
        return ", ".join([str(self.chosen), *rule_text(self.rule(), asks_again=self.cleaned_data["asks_again"])])

    def terms(self) -> dict[str, Any]:
        """What a valid form says, as the verbs of opening.py want it."""
        return {"service": self.chosen, "rule": self.rule(), "asks_again": self.cleaned_data["asks_again"]}

    def rule(self) -> Rule:
        """The rule of a valid form. A wrong one has none: without conditions it would name everybody."""
        if not self.is_valid():
            raise ValueError("a wrong form has no rule")
        asked = self.cleaned_data
        department = asked.get("department")
        return Rule(
            idle_days=asked.get("idle_days"),
            at_most=asked.get("at_most"),
            share=asked.get("share"),
            window=int(asked.get("window") or days.WINDOW),
            never=bool(asked.get("never")),
            last_access_by=asked.get("last_access_by"),
            held_at_least=asked.get("held_at_least"),
            department=department.code if department else None,
            employment=asked.get("employment") or None,
            text=asked.get("text") or None,
            at_least=asked.get("at_least"),
            accessed=bool(asked.get("accessed")),
            logins=asked.get("login") or (),
            without=asked.get("without") or (),
        )


def query_of(rule: Rule, service: Service, *, asks_again: bool = False) -> QueryDict:
    """The address's parameters for a rule: the form makes the same rule of them."""
    found = {key: str(value) for key, value in rule.as_json().items() if key not in ("logins", "without")}
    if rule.last_access_by is not None:
        found["last_access_by"] = f"{rule.last_access_by // 12:04d}-{rule.last_access_by % 12 + 1:02d}"
    query = QueryDict(mutable=True)
    query.update({"service": service.code, **found, **({"asks_again": "on"} if asks_again else {})})
    for name, logins in (("login", rule.logins), ("without", rule.without)):
        if logins:
            query.setlist(name, list(logins))
    return query


class ReviewForm(VersionedForm, forms.ModelForm[Review]):
    """What a review is beside its rule. Saved by the verbs of opening.py.

    The rule is that of the address, and of a draft also `rule`, so that an older address does not overwrite it unseen.
    """

    owner = OwnerField()
    due = date_field(gettext_lazy("Due (inclusive)"))
    rule = forms.ChoiceField(label=gettext_lazy("The rule"), widget=forms.HiddenInput)

    class Meta:
        model = Review
        fields = ["name", "owner", "due", "asks_members", "one_person_two_steps"]

    def __init__(
        self, data: QueryDict | None = None, *, on: datetime.date, asked: RuleForm | None = None, **kwargs: Any
    ) -> None:
        """For a draft `asked` is the valid rule of the address; a new review has nothing to be overwritten."""
        super().__init__(data, **kwargs)
        self.on = on
        if self.instance.pk is None:
            del self.fields["rule"]
        else:
            self._add_rule(asked)
        cast(OwnerField, self.fields["owner"]).admit_owners()

    def _add_rule(self, asked: RuleForm | None) -> None:
        service, rule, asks_again = self.instance.service, self.instance.judges_by, self.instance.asks_again
        self.initial["rule"] = query_of(rule, service, asks_again=asks_again).urlencode()
        rules = {self.initial["rule"]: ", ".join([str(service), *rule_text(rule, asks_again=asks_again)])}
        if asked is not None and asked.chosen:
            rules[asked.query] = asked.in_words
            if self.is_bound:
                self.data = cast(QueryDict, self.data).copy()
                self.data["rule"] = asked.query
        cast(forms.ChoiceField, self.fields["rule"]).choices = list(rules.items())

    def older_rule(self, opened: str, asked: RuleForm) -> list[str]:
        """What to say where the rule of the address is tried and the draft has another since its page was opened."""
        now = self.initial["rule"]
        if asked.query == now or opened == digest([now]):
            return []
        said = dict(cast("list[tuple[str, str]]", cast(forms.ChoiceField, self.fields["rule"]).choices))
        both = {"field": self.fields["rule"].label, "now": said[now], "yours": asked.in_words}
        return [
            _("Someone else changed this draft’s rule after you opened it.")
            if opened
            else _("The rule in this address is not the draft’s rule."),
            _("%(field)s: “%(now)s” now, “%(yours)s” in your form.") % both,
        ]

    def _post_clean(self) -> None:
        """The verbs of opening.py validate: a form that changed its instance would leave them nothing to compare."""

    def clean_due(self) -> datetime.date:
        due: datetime.date = self.cleaned_data["due"]
        if due < self.on:
            raise forms.ValidationError(_("The due date must be in the future."))
        return due

    def terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
