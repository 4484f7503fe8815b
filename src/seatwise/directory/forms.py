"""The forms of the directory's pages."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.choices import department_choice
from seatwise.directory.models import Department, Employment, Kind, Language, Role, Service, Status, Upload, User
from seatwise.directory.person_field import PersonField
from seatwise.directory.uploads import UploadForm
from seatwise.lib import people_cells
from seatwise.lib.table_file import check_table
from seatwise.site.edit_conflicts import VersionedForm
from seatwise.site.fields import day_input
from seatwise.site.search import SearchForm, choice, shows, words
from seatwise.site.words import notice_text


class UserSearch(SearchForm):
    text = words(gettext_lazy("Name, login name or e-mail"))
    department = department_choice(unaffiliated=True)
    status = choice(gettext_lazy("Status"), Status.choices, "with_status")
    kind = choice(gettext_lazy("Kind"), Kind.choices, "of_kind")
    role = choice(gettext_lazy("Role"), Role.choices, "with_role")


class TextSearch(SearchForm):
    text = words(gettext_lazy("Name or code"))


class LoginSearch(SearchForm):
    """Narrows the list of login names: unknown ones where nothing is said."""

    text = words(gettext_lazy("Login name"))
    show = shows(
        gettext_lazy("Show"),
        ("", gettext_lazy("unknown"), "unknown"),
        ("declared", gettext_lazy("marked as a program or a guest"), "declared"),
        ("given", gettext_lazy("assigned to a user"), "given"),
    )


class UserForm(VersionedForm):
    login = forms.CharField(label=gettext_lazy("Login name"), max_length=255)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=255, required=False)
    email = forms.CharField(label=gettext_lazy("E-mail address"), max_length=255, required=False)
    employee_number = forms.CharField(label=gettext_lazy("Employee number"), max_length=255, required=False)
    primary = forms.ModelChoiceField(
        Department.objects.in_tree_order(),
        label=gettext_lazy("Primary department"),
        required=False,
        empty_label=gettext_lazy("unaffiliated"),
    )
    others = forms.ModelMultipleChoiceField(
        Department.objects.in_tree_order(), label=gettext_lazy("Other departments"), required=False
    )
    manager = PersonField(label=gettext_lazy("Manager"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=Status.choices)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices)
    responsible = PersonField(
        label=gettext_lazy("Responsible person"),
        required=False,
        help_text=gettext_lazy("Who is responsible for a shared account: type a name or a login name."),
    )
    employment = forms.ChoiceField(label=gettext_lazy("Employment"), choices=Employment.choices)
    expected_days = forms.DecimalField(
        label=gettext_lazy("Expected days a week"),
        min_value=Decimal("0.1"),
        max_value=7,
        max_digits=2,
        decimal_places=1,
        required=False,
    )
    left_on = forms.DateField(
        label=gettext_lazy("Left on"),
        required=False,
        widget=day_input(),
        help_text=gettext_lazy("The user’s last day; the account is deactivated the day after."),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    administers = forms.ModelMultipleChoiceField(
        Department.objects.in_tree_order(),
        label=gettext_lazy("Administers these departments and their sub-departments"),
        required=False,
        help_text=gettext_lazy("For department administrators."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, adds=user is None, **kwargs)
        self.user = user

    @staticmethod
    def of(user: User) -> dict[str, Any]:
        plain = (
            "login",
            "name",
            "email",
            "employee_number",
            "status",
            "kind",
            "employment",
            "expected_days",
            "left_on",
        )
        departments = user.departments_on()
        return {
            **{key: getattr(user, key) for key in (*plain, "role", "language")},
            "manager": user.manager.login if user.manager else "",
            "responsible": user.responsible.login if user.responsible else "",
            "primary": departments[0] if departments else None,
            "others": departments[1:],
            "administers": [row.department_id for row in user.departmentadministrator_set.all()],
        }

    def clean_login(self) -> str:
        try:
            return people_cells.read_login(self.cleaned_data["login"])
        except people_cells.Unexpected as problem:
            raise forms.ValidationError(
                _("Expected: %(expected)s.") % {"expected": notice_text(problem.notice)}
            ) from None

    def clean(self) -> dict[str, Any]:
        """Nobody answers for themselves, and who has other departments has a primary one."""
        cleaned = super().clean() or {}
        for key in ("manager", "responsible"):
            if self.user and cleaned.get(key) == self.user:
                self.add_error(key, _("This must be someone else."))
        if cleaned.get("others") and not cleaned.get("primary"):
            self.add_error("primary", _("Choose which of the departments is the primary one."))
        return cleaned

    def fields_of_person(self) -> dict[str, Any]:
        """The fields as `people` wants them."""
        cleaned = dict(self.cleaned_data)
        cleaned.pop("administers")
        primary = cleaned.pop("primary")
        others = cleaned.pop("others")
        return {**cleaned, "departments": [primary, *others] if primary else []}


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text=gettext_lazy(
            "At least 12 characters, such as a few words. Tell them in a safe way: they choose a new one "
            "when they sign in, and an email tells them that you set it."
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Refuse weak ones."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class DepartmentForm(VersionedForm):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=255,
        help_text=gettext_lazy("Stays the same when the department is renamed or moved."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=255)
    parent = forms.ModelChoiceField(
        Department.objects.in_tree_order(),
        label=gettext_lazy("Parent department"),
        required=False,
        empty_label=gettext_lazy("none (top level)"),
    )
    order = forms.IntegerField(
        label=gettext_lazy("Order"),
        required=False,
        help_text=gettext_lazy("Position among its siblings; lower numbers come first."),
    )

    def __init__(self, *args: Any, department: Department | None = None, **kwargs: Any) -> None:
        super().__init__(*args, adds=department is None, **kwargs)
        if department:
            del self.fields["code"]


class ServiceForm(VersionedForm, forms.ModelForm[Service]):
    """A service. Saved by the model's own verbs."""

    class Meta:
        model = Service
        fields = [
            "code",
            "name",
            "address",
            "department_admins_see_usage",
            "department_admins_change_licenses",
            "how_removal_takes_effect",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]


class GiveForm(forms.Form):
    person = PersonField(label=gettext_lazy("User"))


class PeopleFileForm(UploadForm):
    kind = Upload.Kind.PEOPLE
    check = staticmethod(check_table)
    command = "seatwise import-users"
    about_file = gettext_lazy(
        "A heading row, then one row per user. Columns: login, name, e-mail, employee number, "
        "departments, manager, status, kind, employment, role, language, services, on leave until, "
        "other logins, responsible, administers, left on. Only login is required. CSV, XLSX or JSON; "
        "cybozu.com’s exports of users, departments and users’ departments work as they are."
    )

    deactivate_missing = forms.BooleanField(
        label=gettext_lazy("Deactivate users who are not in the file"), required=False
    )
