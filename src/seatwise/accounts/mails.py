"""The letter that tells somebody what was done to how they sign in: it says what the audit log says."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from seatwise.audit.models import Entry
from seatwise.configuration import today
from seatwise.directory.models import User
from seatwise.letters import kinds
from seatwise.letters.composing import absolute, one_line
from seatwise.letters.models import Letter
from seatwise.letters.writing import write

KIND = "accounts.changed"
WRONG_CODES = "accounts.wrong_codes"
LONGEST_NAME = 100

# What was done, by the verb of its entry and, where that says more, what is in the entry under `second_factor`.
SENTENCES: dict[str, str | Promise] = {
    "user.password": gettext_lazy(
        "The password of your account was changed. If someone else set it, you will choose your own "
        "the next time you sign in."
    ),
    "factor.add totp": gettext_lazy("An authenticator app was set up for signing in to your account."),
    "factor.add webauthn": gettext_lazy("A passkey was added to your account: %(name)s"),
    "factor.remove totp": gettext_lazy("The authenticator app was removed from your account."),
    "factor.remove webauthn": gettext_lazy("A passkey was removed from your account: %(name)s"),
    "factor.codes": gettext_lazy("New recovery codes were created for your account. The old ones no longer work."),
    "factor.code_used": gettext_lazy("A recovery code for your account was used. Codes left: %(codes_left)s"),
    "factor.reset": gettext_lazy(
        "All second factors of your account were reset: authenticator app, passkeys and recovery "
        "codes. You were signed out everywhere. Sign in with your password and set up a second factor"
        " again."
    ),
}


def register_kinds() -> None:
    label = gettext_lazy("Sign-in settings changed")
    kinds.register(kinds.Kind(KIND, "mail/account_changed", compose, label, while_held=True))
    wrong = gettext_lazy("Wrong codes at sign-in")
    kinds.register(kinds.Kind(WRONG_CODES, "mail/wrong_codes", compose_wrong_codes, wrong, while_held=True))


def tell_of_wrong_codes(person: User) -> None:
    """Write to somebody that second factors are guessed at their account, once a day at most."""
    write(to=person, kind=WRONG_CODES, about=person, key=f"{WRONG_CODES}:{person.pk}:{today()}")


def compose_wrong_codes(letter: Letter) -> Mapping[str, Any]:
    """When, and where a password is changed."""
    return {"at": letter.written_at, "page": absolute("/account/password/")}


def tell_what_was_done(person: User) -> None:
    """Write to somebody about the latest entry on them, in its transaction."""
    entry = Entry.objects.about(person).newest_first()[0]  # ours: the end of the log is held since it was added
    write(to=person, kind=KIND, about=entry, key=f"{KIND}:{entry.number}")


def compose(letter: Letter) -> Mapping[str, Any] | None:
    """What was done, when, by whom and why."""
    entry = Entry.objects.filter(pk=letter.subject_id).first()
    if entry is None:
        return None
    details = {key: one_line(str(value), LONGEST_NAME) for key, value in {**entry.before, **entry.after}.items()}
    key = f"{entry.verb} {details.get('second_factor', '')}".strip()
    sentence = str(SENTENCES.get(key) or SENTENCES.get(entry.verb) or entry.verb_in_words)
    return {
        "what": sentence % details,
        "at": entry.at,
        "by": "" if entry.by_id == letter.to_id else one_line(entry.by_login, LONGEST_NAME),
        "by_the_machine": entry.by_id is None,
        "reason": entry.reason,
        "page": absolute("/account/factors/"),
    }
