"""A source: its own fields, how its lines are read, and for each service which of them are its."""

import hashlib
import json
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.text import format_lazy
from django.utils.translation import gettext as _, gettext_lazy

from seatwise.directory.models import Service
from seatwise.directory.models.services import CODE
from seatwise.ledger.models import Source
from seatwise.ledger.models.sources import ReadingRules
from seatwise.ledger.rule_text import DEFAULTS, GLOBS
from seatwise.ledger.words import notice_text
from seatwise.logs.coverage import LONGEST_SILENCE, SILENCE
from seatwise.logs.fields import FormatError
from seatwise.logs.formats import AUTO, parse_format
from seatwise.logs.named_formats import NAMED
from seatwise.logs.notices import FormatCode
from seatwise.logs.rules import Rules
from seatwise.site.edit_conflicts import VersionedForm
from seatwise.site.fields import day_input, zone_name

WRITTEN = "written"
# What the form says where a command names an option.
HERE = {
    FormatCode.THE_LOGIN: gettext_lazy(
        "the login (nginx $remote_user, Apache %%u; or enter another field as “Login field” below)"
    )
}
LONGEST_GLOB, MOST_GLOBS = 500, 500


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text that say something, each once."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def lines_field(label: Any, help_text: Any = "", rows: int = 3) -> forms.CharField:
    """A field with one thing on each line."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=50_000,
        widget=forms.Textarea({"rows": rows, "spellcheck": "false", "autocapitalize": "off"}),
    )


class ServicePart:
    """The fields of one service in the form of a source."""

    def __init__(self, form: forms.Form, service: Service) -> None:
        self.service = service
        self.serves: BoundField = form[f"serves-{service.code}"]
        self.globs: list[BoundField] = [form[f"{key}-{service.code}"] for key in GLOBS]

    @property
    def open(self) -> bool:
        """Whether there is something to see in the patterns: they are not the usual ones, or wrong."""
        usual = ["\n".join(default) for default in DEFAULTS.values()]
        written = [(bound.value() or "").replace("\r\n", "\n").strip() for bound in self.globs]
        return any(bound.errors for bound in self.globs) or (bool(self.serves.value()) and written != usual)


class SourceForm(VersionedForm):
    """A source with the rules by which its logs are read. Saved by the model's own verbs."""

    OWN = ("name", "verified", "part", "retired_on")
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=50,
        validators=[CODE],
        help_text=gettext_lazy("A short name used in commands. It cannot be changed later."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=255)
    verified = forms.BooleanField(
        label=gettext_lazy("The server verifies sign-ins"),
        required=False,
        help_text=gettext_lazy(
            "Clear this if the server logs login names it has not verified, as nginx does for Basic "
            "authentication on pages that do not require it. Numbers are then marked as weak evidence. Logs that "
            "record sign-ins instead of use, such as Keycloak's or Okta's, clear it when they are imported."
        ),
    )
    part = forms.ChoiceField(
        label=gettext_lazy("With other sources of the same service"),
        choices=Source.Part.choices,
        widget=forms.RadioSelect,
    )
    retired_on = forms.DateField(
        label=gettext_lazy("Retired on"),
        required=False,
        widget=day_input(),
        help_text=gettext_lazy("No data is expected from this source from this day on."),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Log format"),
        choices=[
            (AUTO, gettext_lazy("detect from the first lines")),
            *(
                (name, format_lazy("{name} – {about}", name=name, about=gettext_lazy(named.about.value)))
                for name, named in NAMED.items()
            ),
            (WRITTEN, gettext_lazy("custom, as entered below")),
        ],
    )
    written = forms.CharField(
        label=gettext_lazy("Format"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=gettext_lazy("An nginx log_format, an Apache LogFormat, or json: with field names."),
    )
    login_field = forms.CharField(
        label=gettext_lazy("Login field"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("The variable, header or name that holds the login, if it is not the usual one."),
    )
    log_zone = forms.CharField(
        label=gettext_lazy("Time zone of times without an offset"),
        required=False,
        max_length=64,
        help_text=gettext_lazy(
            "A name such as Asia/Tokyo. Empty: the organization’s time zone, or what the format defines."
        ),
    )
    drop_domain = forms.BooleanField(
        label=gettext_lazy("Ignore domains: CORP\\jdoe and jdoe@example.com are jdoe"), required=False
    )
    programs = lines_field(
        gettext_lazy("Logins that are programs"), gettext_lazy("One per line. What they do never counts as access.")
    )
    longest_silence = forms.IntegerField(
        label=gettext_lazy("Longest silence, in days"),
        min_value=1,
        max_value=LONGEST_SILENCE,
        help_text=gettext_lazy(
            "If two lines of a file are further apart than this, the days between them are unknown. Days "
            "in shorter gaps count as days without access."
        ),
    )
    READING = ("format", "written", "login_field", "log_zone", "drop_domain", "programs", "longest_silence")

    def __init__(self, *args: Any, source: Source | None = None, **kwargs: Any) -> None:
        self.source = source
        new = {"part": Source.Part.REDUNDANT, "verified": True, "format": AUTO, "longest_silence": SILENCE}
        kwargs["initial"] = new if source is None else of(source)
        super().__init__(*args, adds=source is None, **kwargs)
        self.services = list(Service.objects.all())
        if source is not None:
            del self.fields["code"]
        if source is not None and source.kind != Source.Kind.LOG:
            self.services = []
            for name in self.READING:
                del self.fields[name]
        for service in self.services:
            self.add_fields_of(service)

    def add_fields_of(self, service: Service) -> None:
        """Whether the source serves a service, and which lines are of it."""
        self.fields[f"serves-{service.code}"] = forms.BooleanField(label=service.name, required=False)
        helps = {
            "hosts": gettext_lazy("Empty: every host. * matches anything."),
            "screens": gettext_lazy("A path that matches one of these and is neither API nor asset is a screen."),
            "apis": gettext_lazy("Empty: none."),
            "assets": gettext_lazy("Empty: none."),
        }
        for key, label in GLOBS.items():
            default = "\n".join(DEFAULTS[key])
            self.fields[f"{key}-{service.code}"] = lines_field(
                str(label)[:1].upper() + str(label)[1:], helps[key], rows=min(6, 1 + default.count("\n") + 1)
            )
            self.initial.setdefault(f"{key}-{service.code}", default)

    @property
    def own_fields(self) -> list[BoundField]:
        """What can be changed without beginning a revision."""
        return [self[name] for name in ("code", *self.OWN) if name in self.fields]

    @property
    def reading_fields(self) -> list[BoundField]:
        return [self[name] for name in self.READING if name in self.fields]

    @property
    def parts(self) -> list[ServicePart]:
        return [ServicePart(self, service) for service in self.services]

    def clean_log_zone(self) -> str:
        name: str = self.cleaned_data["log_zone"]
        return zone_name(name)

    def clean(self) -> dict[str, Any]:
        """A format that can be read, globs that can fit, and a service at least."""
        cleaned = super().clean() or {}
        if "format" in self.fields:
            self.clean_format_of(cleaned)
        for service in self.services:
            self.clean_globs_of(service, cleaned)
        if self.services and not any(cleaned.get(f"serves-{service.code}") for service in self.services):
            self.add_error(None, _("Choose at least one service that this source records."))
        if not self.services and "format" in self.fields:
            self.add_error(None, _("There is no service yet. Add one first."))
        return cleaned

    def clean_format_of(self, cleaned: dict[str, Any]) -> None:
        """Refuse a format that cannot be used, at its field."""
        named, written = cleaned.get("format"), cleaned.get("written", "").replace("\r\n", "\n").strip()
        if named == WRITTEN and not written:
            self.add_error("written", _("Enter the format, or choose a named one."))
        elif named != WRITTEN and written:
            self.add_error("written", _("Choose “custom, as entered below”, or leave this empty."))
        elif named and named != AUTO:
            try:
                parse_format(written or named, cleaned.get("login_field") or None)
            except FormatError as error:
                no_field = error.notice.code in (FormatCode.NO_SUCH_FIELD, FormatCode.NO_FIELDS)
                at = "login_field" if no_field else "written" if written else "format"
                self.add_error(at, notice_text(error.notice, HERE))
        cleaned["format_text"] = written or named or AUTO

    def clean_globs_of(self, service: Service, cleaned: dict[str, Any]) -> None:
        for key in GLOBS:
            name = f"{key}-{service.code}"
            globs = lines_of(cleaned.get(name, ""))
            cleaned[name] = globs
            if not cleaned.get(f"serves-{service.code}"):
                continue
            lost = [glob for glob in globs if key != "hosts" and not glob.startswith(("/", "*"))]
            if lost:
                self.add_error(
                    name,
                    _("“%(glob)s” matches no path: a path begins with “/”, and “*” matches anything.")
                    % {"glob": lost[0]},
                )
            elif len(globs) > MOST_GLOBS or any(len(glob) > LONGEST_GLOB for glob in globs):
                self.add_error(name, _("The limit is 500 lines of 500 characters each."))
            elif key == "screens" and not globs:
                self.add_error(name, _("Without screens there is no access to count. “*” means every path."))

    def own(self) -> dict[str, Any]:
        """The source's own fields, as its verbs want them."""
        return {name: self.cleaned_data[name] for name in self.OWN}

    def rules(self) -> ReadingRules | None:
        """The rules, as the verbs of a source want them; None for a source that is not read from logs."""
        if "format" not in self.fields:
            return None
        asked = self.cleaned_data
        programs = lines_of(asked["programs"])
        services = {
            service.code: Rules(programs=programs, **{key: asked[f"{key}-{service.code}"] for key in GLOBS})
            for service in self.services
            if asked[f"serves-{service.code}"]
        }
        return ReadingRules(
            asked["format_text"],
            asked["login_field"],
            asked["log_zone"],
            asked["drop_domain"],
            programs,
            services,
            asked["longest_silence"],
        )

    def fingerprint(self) -> str:
        """What tells these rules from others, so that only what was looked at is begun."""
        rules = self.rules()
        return hashlib.sha256(json.dumps(rules.described(), sort_keys=True).encode()).hexdigest() if rules else ""


def of(source: Source) -> dict[str, Any]:
    rules = source.revision.rules()
    named = rules.format in (AUTO, *NAMED)
    shown: dict[str, Any] = {
        **{name: getattr(source, name) for name in SourceForm.OWN},
        "format": rules.format if named else WRITTEN,
        "written": "" if named else rules.format,
        "login_field": rules.login_field,
        "log_zone": rules.log_zone,
        "drop_domain": rules.drop_domain,
        "programs": "\n".join(rules.programs),
        "longest_silence": rules.longest_silence,
    }
    for code, globs in rules.services.items():
        shown[f"serves-{code}"] = True
        shown.update({f"{key}-{code}": "\n".join(getattr(globs, key)) for key in GLOBS})
    return shown
