"""What a letter says: its templates, filled in by its kind, in its language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _, gettext_noop

from seatwise import configuration
from seatwise.directory.models import Role, User
from seatwise.letters import kinds
from seatwise.letters.models import Letter
from seatwise.lib.logins import visible

LONGEST_SUBJECT = 150
LONGEST_NAME = 100
ASKED = 3  # administrators who are named


class Personal(str):
    """An address by which whoever has it acts as the recipient: nobody else is shown it, not even on the site."""


@dataclass(frozen=True)
class Composed:
    """A letter as it is read."""

    subject: str
    text: str
    html: str = ""


def compose(letter: Letter, *, for_others: bool = False) -> Composed | None:
    """What a letter says now, or None where it is not due any more. `for_others` hides what is the recipient's alone.

    Raises whatever its kind raises, UnknownKind, and TemplateDoesNotExist.
    """
    kind = kinds.named(letter.kind)
    with translation.override(letter.language):
        if letter.to_id is None:
            return for_a_group(letter)
        given = kind.compose(letter)
        return None if given is None else filled_in(letter, hidden(given) if for_others else given)


def for_a_group(letter: Letter) -> Composed:
    """That there is something, and where to read it: who reads a channel may see less than whom the letters are to."""
    subject = f"{letter.kind_in_words} ({letter.count})" if letter.count > 1 else letter.kind_in_words
    text = _("Sign in to see what it is about: %(address)s") % {"address": absolute()}
    organization = configuration.ORGANIZATION.value()
    return Composed(one_line(f"{organization}: {subject}" if organization else subject, LONGEST_SUBJECT), text)


def filled_in(letter: Letter, given: Mapping[str, Any]) -> Composed:
    """What a letter of a kind says with this; it need not have been written."""
    kind = kinds.named(letter.kind)
    with translation.override(letter.language):
        context = {**frame(letter), **given}
        subject = _render(f"{kind.template}.subject.txt", context, autoescape=False)
        text = _render(f"{kind.template}.txt", context, autoescape=False)
        return Composed(
            one_line(subject, LONGEST_SUBJECT),
            "\n".join(visible(line) for line in text.strip().splitlines()) + "\n",
            _render_html(kind, context),
        )


def frame(letter: Letter) -> dict[str, Any]:
    administrators = User.objects.active().with_role(Role.ADMINISTRATOR).exclude(pk=letter.to_id)
    return {
        "letter": letter,
        "person": letter.to,
        "name": one_line(str(letter.to), LONGEST_NAME),
        "site": absolute(),
        "administrators": [
            f"{one_line(str(each), LONGEST_NAME)} <{each.email}>" if each.email else one_line(str(each), LONGEST_NAME)
            for each in administrators.order_by("pk")[:ASKED]
        ],
    }


def absolute(path: str = "/") -> str:
    """A path of the site as a whole address."""
    return f"{configuration.ORIGIN.value().geturl()}{path}"


def hidden(given: Any) -> Any:
    """The same, with a word in place of each personal address."""
    if isinstance(given, Personal):
        return _("(a link that only the recipient sees)")
    if isinstance(given, Mapping):
        return {name: hidden(value) for name, value in given.items()}
    if isinstance(given, list | tuple):
        return [hidden(value) for value in given]
    return given


def one_line(text: str, longest: int) -> str:
    """A text on one line, with nothing unseen in it, cut where it is too long."""
    text = visible(" ".join(text.split()))
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _render(template: str, context: dict[str, Any], *, autoescape: bool) -> str:
    found = get_template(template)
    return str(found.template.render(Context(context, autoescape=autoescape)))  # type: ignore[attr-defined]


def _render_html(kind: kinds.Kind, context: dict[str, Any]) -> str:
    try:
        get_template(f"{kind.template}.html")
    except TemplateDoesNotExist:
        return ""
    return _render(f"{kind.template}.html", context, autoescape=True)


def as_mail(letter: Letter, composed: Composed) -> EmailMultiAlternatives:
    """A letter as a mail. Programs that answer mail are asked not to answer this one (RFC 3834)."""
    mail = EmailMultiAlternatives(
        subject=composed.subject,
        body=composed.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.address],
        headers={
            "Message-ID": letter.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
            "Content-Language": letter.language,
        },
    )
    if composed.html:
        mail.attach_alternative(composed.html, "text/html")
    return mail


NO_ADDRESS = gettext_noop("This person has no e-mail address.")
BAD_ADDRESS = gettext_noop("Email cannot be sent to this address.")


def problem_of(person: User) -> str:
    """Why nobody can write to somebody; empty where one can."""
    if not person.email:
        return NO_ADDRESS
    try:
        validate_email(person.email)
    except ValidationError:
        return BAD_ADDRESS
    return ""
