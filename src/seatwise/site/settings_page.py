"""The page Settings: what can be changed here, and what the environment fixes."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings as django_settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from seatwise import configuration
from seatwise.configuration import Setting, WrongSetting
from seatwise.site import kept_settings, server_fields
from seatwise.site.access import administrators_and_auditors, asks_before_changes, back_to
from seatwise.site.edit_conflicts import VersionedForm, saves_in_one_transaction

SERVERS = (server_fields.MAIL, server_fields.MAILBOX)
YES_OR_NO = [("", gettext_lazy("default")), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]


class SettingField(forms.CharField):
    """A setting as it is written; empty for what is usual."""

    def __init__(self, setting: Setting[Any], label: str | Promise, help_text: str | Promise = "", **more: Any) -> None:
        super().__init__(label=label, help_text=help_text, required=False, **{"max_length": 500, **more})  # type: ignore[arg-type]
        self.setting = setting

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            if text:
                self.setting.parse(text)
        except ValueError:
            raise forms.ValidationError(_("This cannot be used here. Check what is expected.")) from None
        return text


def _short(label: Any, help_text: Any = "", **more: Any) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=200, **more)


def _encryption(server: server_fields.ServerFields, label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=server.choices, required=False)


def _port() -> forms.IntegerField:
    about = gettext_lazy("Usually empty.")
    return forms.IntegerField(label=gettext_lazy("Port"), required=False, min_value=1, max_value=65535, help_text=about)


def _password(label: Any) -> forms.CharField:
    about = gettext_lazy("Empty: keep the current one, for the same server and user.")
    return _short(label, about, widget=forms.PasswordInput({"autocomplete": "new-password"}))


def _choice(setting: Setting[Any], label: Promise, choices: Iterable[tuple[str, Any]], help_text: Any = "") -> Any:
    return SettingField(setting, label, help_text, widget=forms.Select(choices=list(choices)))


def _number(setting: Setting[Any], label: Promise, default: Any) -> SettingField:
    about = format_lazy(gettext_lazy("A whole number. Default: {default}."), default=default)
    return SettingField(setting, label, about)


class SettingsForm(VersionedForm):
    """All settings that can be changed. One that is fixed shows its value and by what it is fixed."""

    organization = SettingField(
        configuration.ORGANIZATION,
        gettext_lazy("Name of the organization"),
        gettext_lazy("Shown at the top of pages."),
    )
    language = _choice(
        configuration.LANGUAGE,
        gettext_lazy("Language"),
        [("", gettext_lazy("default")), *django_settings.LANGUAGES],
        gettext_lazy("For users added without a language, and for browsers that ask for neither. Default: English."),
    )
    time_zone = SettingField(
        configuration.TIME_ZONE,
        gettext_lazy("Time zone"),
        gettext_lazy("Such as Asia/Tokyo. Defines when a day begins. Cannot be changed once days are recorded."),
    )
    holidays = SettingField(
        configuration.HOLIDAYS,
        gettext_lazy("Public holidays of"),
        gettext_lazy("The code of a country, such as JP. Empty: every Monday to Friday is a working day."),
    )
    encryption = _encryption(server_fields.MAIL, gettext_lazy("Mail server"))
    host = _short(gettext_lazy("Host name"))
    port = _port()
    user = _short(gettext_lazy("User at the mail server"))
    password = _password(gettext_lazy("Password at the mail server"))
    mail_from = SettingField(
        configuration.MAIL_FROM,
        gettext_lazy("Sender address"),
        gettext_lazy("An e-mail address. Empty: seatwise@ plus the host of this site."),
    )
    personal_channels = _choice(
        configuration.PERSONAL_CHANNELS,
        gettext_lazy("Everyone may add a channel of their own"),
        YES_OR_NO,
        gettext_lazy("Default: no. Such as an ntfy topic, where they also get the messages that they get by email."),
    )
    mailbox_encryption = _encryption(server_fields.MAILBOX, gettext_lazy("Mailbox"))
    mailbox_host = _short(gettext_lazy("Host name of the mailbox"))
    mailbox_port = _port()
    mailbox_user = _short(gettext_lazy("User of the mailbox"))
    mailbox_password = _password(gettext_lazy("Password of the mailbox"))
    mailbox_folder = _short(gettext_lazy("Folder"), gettext_lazy("Default: INBOX. It is only ever read."))
    mailbox_senders = SettingField(
        configuration.MAILBOX_SENDERS,
        gettext_lazy("Accepted senders, and what each of them sends"),
        gettext_lazy(
            "Such as hr@example.com=people, it@example.com=reports/kintone: people, licenses, or reports/ and the code "
            "of a service."
        ),
        max_length=5000,
    )
    mailbox_automatic = _choice(
        configuration.MAILBOX_AUTOMATIC,
        gettext_lazy("Import these files without confirmation"),
        YES_OR_NO,
        gettext_lazy(
            "Default: no. A sender’s address can be forged: choose yes only if no one else can get a message into "
            "this folder."
        ),
    )
    second_factor = _choice(
        configuration.SECOND_FACTOR,
        gettext_lazy("Administrators and auditors need a second factor"),
        YES_OR_NO,
        gettext_lazy("Default: yes, unless the site is only reached on its own machine."),
    )
    session_limit = _number(configuration.SESSION_LIMIT, gettext_lazy("Hours until everyone has to sign in again"), 12)
    session_idle = _number(
        configuration.SESSION_IDLE,
        gettext_lazy("Minutes of inactivity until administrators have to sign in again"),
        30,
    )
    keep_access = SettingField(
        configuration.KEEP_ACCESS,
        gettext_lazy("Months for which access days and vendor reports are kept"),
        gettext_lazy(
            "13 or more. Default: no limit. Older ones are deleted for good; what reviews recorded, their evidence and "
            "the audit log stay."
        ),
    )
    keep_emails = SettingField(
        configuration.KEEP_EMAILS,
        gettext_lazy("Days for which the email log is kept"),
        gettext_lazy("400 or more. Default: no limit."),
    )
    keep_imports = _number(
        configuration.KEEP_IMPORTS, gettext_lazy("Days during which an import of logs can be removed"), 30
    )
    keep_uploads = _number(configuration.KEEP_UPLOADS, gettext_lazy("Days an uploaded file waits for confirmation"), 1)
    keep_arrived = _number(
        configuration.KEEP_ARRIVED,
        gettext_lazy("Days a file from a watched folder or email waits for confirmation"),
        30,
    )
    keep_files = _number(
        configuration.KEEP_FILES, gettext_lazy("Days for which files created in the background are kept"), 1
    )
    upload_limit = SettingField(
        configuration.UPLOAD_LIMIT,
        gettext_lazy("Largest upload"),
        gettext_lazy("Such as 500 MB or 20 GB. Default: 2 GB."),
    )
    large_change = _number(
        configuration.LARGE_CHANGE,
        gettext_lazy("Percentage of people or licenses that a file can remove without confirming the number"),
        5,
    )
    escalate_after = _number(
        configuration.ESCALATE_AFTER,
        gettext_lazy("Days after which overdue decisions go to the delegate or the manager (0: never)"),
        0,
    )
    clock_jump = _number(
        configuration.CLOCK_JUMP, gettext_lazy("Days the clock may jump before automatic work is paused"), 3
    )

    SECTIONS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
        (gettext_lazy("Organization"), ("organization", "language", "time_zone", "holidays")),
        (gettext_lazy("Email"), ("encryption", "host", "port", "user", "password", "mail_from", "personal_channels")),
        (
            gettext_lazy("Files by email"),
            (*server_fields.MAILBOX.names(), "mailbox_senders", "mailbox_automatic"),
        ),
        (gettext_lazy("Signing in"), ("second_factor", "session_limit", "session_idle")),
        (
            gettext_lazy("Retention"),
            ("keep_access", "keep_emails", "keep_imports", "keep_uploads", "keep_arrived", "keep_files"),
        ),
        (gettext_lazy("Limits"), ("upload_limit", "large_change", "clock_jump", "escalate_after")),
    )

    def __init__(self, *args: Any, shows: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, initial=values_now(), **kwargs)
        shown = set(shows) or set(self.fields)
        for server in SERVERS:
            first, *others = server.names()
            if why_fixed(server.setting):
                shown -= {*others}
                self.fields[first].choices = [("", str(server.setting.value()))]  # type: ignore[attr-defined]
                self.initial[first] = ""
        for name in set(self.fields) - shown - {"opened"}:
            del self.fields[name]
        for name, field in self.fields.items():
            of_server = next((server.setting for server in SERVERS if name in server.names()), None)
            setting = of_server or getattr(field, "setting", None)
            if setting and (why := why_fixed(setting)):
                field.disabled, field.help_text = True, why
                if setting.is_fixed and not of_server:
                    self.initial[name] = setting.written

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings."""
        found = [(heading, [self[name] for name in names if name in self.fields]) for heading, names in self.SECTIONS]
        return [(heading, fields) for heading, fields in found if fields]

    def clean(self) -> dict[str, Any]:
        """Put the parts of servers together, as their settings have them."""
        cleaned = super().clean()
        self.servers: dict[str, str] = {}
        for server in SERVERS:
            host = f"{server.start}host"
            if host in self.fields and not self.errors:
                try:
                    self.servers[server.setting.name] = server.text(self)
                except ValueError:
                    self.add_error(host, str(server.refusal))
        return cleaned

    def values(self) -> dict[str, str]:
        """What is to be kept, by the names of settings."""
        found = {
            field.setting.name: self.cleaned_data[name]
            for name, field in self.fields.items()
            if isinstance(field, SettingField) and not field.disabled
        }
        return found | self.servers


def why_fixed(setting: Setting[Any]) -> str:
    """Why a setting cannot be changed here; empty where it can."""
    if setting.is_fixed:
        return _("Fixed by %(name)s in the site’s environment.") % {"name": setting.name}
    return kept_settings.FIXED[setting.name]() if setting.name in kept_settings.FIXED else ""


def values_now() -> dict[str, Any]:
    """What was changed on the page, by the names of the form's fields."""
    fields = SettingsForm.base_fields
    found: dict[str, Any] = {
        name: configuration.KEPT.get(field.setting.name, "")
        for name, field in fields.items()
        if isinstance(field, SettingField)
    }
    for server in SERVERS:
        found |= server.now()
    return found


def fixed_rows() -> list[tuple[str, str, str]]:
    """Settings that only the environment changes: name, what it is, from where."""
    rows = []
    for setting in configuration.SETTINGS:
        if setting.on_page or setting in (configuration.TEST_DATABASE_URL, configuration.ADMIN_PASSWORD):
            continue
        value: Any = setting.value()
        if setting.secret:
            value = _("set, not shown") if setting.is_fixed else ""
        elif setting is configuration.ORIGIN:
            value = configuration.ORIGIN.value().geturl()
        elif isinstance(value, bool):
            value = _("yes") if value else _("no")
        elif isinstance(value, list):
            value = ", ".join(value)
        rows.append((setting.name, "" if value is None else str(value), _("environment") if setting.is_fixed else ""))
    return rows


@administrators_and_auditors
@asks_before_changes
@saves_in_one_transaction
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What can be changed, and what is fixed. The form may have some of the fields only: those that `shows` names."""
    kept_settings.look(now=True)
    shows = [name for name in request.POST.getlist("shows") if name in SettingsForm.base_fields]
    form = SettingsForm(request.POST or None, shows=shows)
    if request.method == "POST" and form.is_valid():
        try:
            changed = kept_settings.change(form.values(), by=request.user)
        except WrongSetting as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The settings were saved.") if changed else _("Nothing was changed."))
            return back_to(request, "settings")
    context = {"form": form, "fixed": fixed_rows(), "origin": configuration.ORIGIN.value().geturl()}
    return render(request, "site/settings.html", context, status=400 if form.is_bound else 200)
