"""Second factors: with what people sign in beside their password, and who must.

They are kept by allauth (`mfa.Authenticator`). Its views run in a transaction of ours, in which what was done is
written down and told to whom it concerns: see factor_pages.
"""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from seatwise import audit
from seatwise.accounts import mails
from seatwise.directory.changes import Refused
from seatwise.directory.models import Role, User

Type = Authenticator.Type
ALONE = (Type.TOTP, Type.WEBAUTHN)  # what is a factor by itself; recovery codes stand in for one that is lost
REQUIRING = (Role.ADMINISTRATOR, Role.AUDITOR)
FEW_CODES = 3  # so many recovery codes or fewer are a reason to make new ones
MOST_PASSKEYS = 20

PAGES = frozenset(  # by the names of their addresses: where a factor is set up
    {
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    }
)


def of(person: Any) -> Any:
    return Authenticator.objects.filter(user=person)


def has_one(person: Any) -> bool:
    return bool(of(person).filter(type__in=ALONE).exists())


def are_required_of(person: Any) -> bool:
    """Whether somebody must have one, by their role and how the site is set up."""
    return bool(settings.SECOND_FACTOR_REQUIRED) and getattr(person, "role", "") in REQUIRING


def to_set_up(request: HttpRequest) -> str | None:
    """An obligation: where somebody who must have a second factor, and has none, sets one up."""
    return reverse("mfa_index") if are_required_of(request.user) and not has_one(request.user) else None


def may_be_removed(factor: Any) -> bool:
    """Whether a factor may go: not the last of somebody who must have one."""
    others = of(factor.user).filter(type__in=ALONE).exclude(pk=factor.pk)
    return factor.type not in ALONE or not are_required_of(factor.user) or bool(others.exists())


def used_in(request: HttpRequest, person: Any) -> str:
    """By which factors somebody got into this session, beside the password; empty for none."""
    records = get_authentication_records(request, person)
    return ", ".join(str(each["type"]) for each in records if each["method"] == "mfa")


def described(factor: Any) -> dict[str, str]:
    """A factor for the audit log: nothing by which it could be used."""
    name = {"name": str(factor)} if factor.type == Type.WEBAUTHN else {}
    return {"second_factor": str(factor.type), **name}


def added(factor: Any) -> None:
    """Write down and tell that somebody set up a factor."""
    _changed(factor.user, "factor.add", after=described(factor))


def removed(factor: Any) -> None:
    """Write down and tell that somebody removed a factor of theirs."""
    _changed(factor.user, "factor.remove", before=described(factor))


def renamed(factor: Any, before: str) -> None:
    """Write down that somebody calls a passkey something else."""
    audit.record(
        by=factor.user, verb="factor.rename", subject=factor.user, before={"name": before}, after={"name": str(factor)}
    )


def codes_made(person: Any) -> None:
    """Write down and tell that somebody has new recovery codes."""
    _changed(person, "factor.codes", after={"codes_left": codes_left(person)})


def code_used(person: Any) -> None:
    """Write down and tell that a recovery code was used up."""
    _changed(person, "factor.code_used", after={"codes_left": codes_left(person)})


def codes_left(person: Any) -> int | None:
    """How many recovery codes somebody has left; None where they have never had any."""
    found = of(person).filter(type=Type.RECOVERY_CODES).first()
    return len(found.wrap().get_unused_codes()) if found else None


def _changed(person: Any, verb: str, **sides: Any) -> None:
    audit.record(by=person, verb=verb, subject=person, **sides)
    mails.tell_what_was_done(person)


@transaction.atomic
def reset(person: User, *, by: User | None, reason: str) -> int:
    """Take all factors of somebody who lost theirs, end their sessions, and tell them; how many there were.

    `by` is None for the command line. Raises Refused where there are none, or for one's own.
    """
    if by is not None and by.pk == person.pk:
        raise Refused(_("Your own second factors can only be reset by another administrator, or on the server."))
    list(User.objects.select_for_update().filter(pk=person.pk))
    found = list(of(person).order_by("pk"))
    if not found:
        raise Refused(_("%(name)s has no second factor.") % {"name": person})
    before = [f"{each.type} {each}" if each.type == Type.WEBAUTHN else str(each.type) for each in found]
    of(person).delete()
    person.end_sessions()
    audit.record(by=by, verb="factor.reset", subject=person, before={"second_factors": before}, reason=reason)
    mails.tell_what_was_done(person)
    return len(found)
