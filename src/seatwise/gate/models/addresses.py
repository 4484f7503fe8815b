"""The addresses to which somebody may be sent back: the allow-list of each service."""

from typing import Self

from django.db import models, transaction
from django.utils.translation import gettext as _, gettext_lazy

from seatwise import audit, configuration
from seatwise.directory.changes import Refused, ServiceChange
from seatwise.directory.models import Service, User
from seatwise.gate.models.sessions import GateSession
from seatwise.gate.origins import host_of, is_ours, origin_of


class GateAddressQuerySet(models.QuerySet["GateAddress"]):
    def of(self, service: Service) -> Self:
        return self.filter(service=service).order_by("origin")


class GateAddressManager(models.Manager.from_queryset(GateAddressQuerySet)):  # type: ignore[misc]
    @transaction.atomic
    def add(self, *, service: Service, address: str, by: User | None) -> "GateAddress":
        """Let a service be at one more address. Raises Refused for what is none, or is another service's."""
        origin = usable_origin(address)
        Service.objects.all().lock()  # two services do not take one address at once
        _refuse_taken(service, origin)
        made: GateAddress = self.create(service=service, origin=origin)
        audit.record(by=by, verb="gate.address_add", subject=service, before={}, after={"address": origin})
        return made


class GateAddress(models.Model):
    """One more origin at which a service stands, beside the one of its address."""

    service = models.ForeignKey("directory.Service", on_delete=models.PROTECT, related_name="gate_addresses")
    origin = models.CharField(gettext_lazy("address"), max_length=255, unique=True)

    objects = GateAddressManager()

    class Meta:
        verbose_name = gettext_lazy("address of the gate")
        verbose_name_plural = gettext_lazy("addresses of the gate")

    def __str__(self) -> str:
        return self.origin

    @transaction.atomic
    def remove(self, *, by: User | None) -> None:
        """Nobody is sent there any more, and who is signed in there is not any more. Raises Refused if it is gone."""
        Service.objects.filter(pk=self.service_id).lock()
        if not GateAddress.objects.filter(pk=self.pk).delete()[0]:
            raise Refused(_("This address was already removed."))
        GateSession.objects.at(self.service, self.origin).delete()
        audit.record(by=by, verb="gate.address_remove", subject=self.service, before={"address": self.origin}, after={})


def usable_origin(address: str) -> str:
    """The origin of an address. Raises Refused for what is none, and for plain http through a network."""
    origin = origin_of(address)
    if not origin:
        raise Refused(_("“%(address)s” is not a web address such as https://wiki.example.com.") % {"address": address})
    if not _is_protected(origin):
        raise Refused(
            _("“%(address)s” is plain http: the cookie could be read on the network. Enter an https address.")
            % {"address": address}
        )
    refuse_ours(origin)
    return origin


def refuse_ours(origin: str) -> None:
    """Raises Refused for an address at one of Seatwise's own hosts."""
    if is_ours(origin):
        raise Refused(
            _(
                "“%(address)s” is on one of Seatwise’s own hosts (SEATWISE_ORIGIN, SEATWISE_ALLOWED_HOSTS, "
                "localhost or an IP address of this machine): browsers would send Seatwise’s sign-in cookie "
                "to the service. Give the service its own host, such as https://wiki.example.com, or "
                "http://wiki.localhost:8080 for a trial."
            )
            % {"address": origin}
        )


def refuse_services_at_our_hosts(change: ServiceChange) -> None:
    """A service with an address at one of Seatwise's own hosts. One that was there before may stay."""
    if "address" in change.after or change.after.get("how_removal_takes_effect") == Service.Removal.GATE:
        refuse_ours(origin_of(change.service.address))


def addresses_at_our_hosts() -> list[str]:
    """Where services stand at hosts that became Seatwise's own since: the gate vouches for nobody there."""
    own = [origin_of(each.address) for each in Service.objects.exclude(address="").order_by("code")]
    further = GateAddress.objects.order_by("origin").values_list("origin", flat=True)
    return list(dict.fromkeys(origin for origin in (*own, *further) if is_ours(origin)))


def _is_protected(origin: str) -> bool:
    """Https, this machine, or a site whose administrator said that something else protects it."""
    site_is_plain = not configuration.HTTPS.value()
    site_is_local = configuration.ORIGIN.value().hostname in configuration.LOOPBACK
    host = host_of(origin)
    here = host in configuration.LOOPBACK or host.endswith(".localhost")
    return origin.startswith("https://") or here or (site_is_plain and not site_is_local)


def _refuse_taken(service: Service, origin: str) -> None:
    taken = {origin_of(other.address): other for other in Service.objects.exclude(address="")}
    taken |= {each.origin: each.service for each in GateAddress.objects.select_related("service")}
    taken |= {origin_of(configuration.ORIGIN.value().geturl()): None}
    if origin in taken:
        owner = taken[origin] or "Seatwise"
        raise Refused(_("%(address)s is already an address of %(service)s.") % {"address": origin, "service": owner})


def origins_of(service: Service) -> list[str]:
    """Where a service stands: the origin of its address first, then the further ones; none at Seatwise's own hosts."""
    own = origin_of(service.address)
    further = GateAddress.objects.of(service).values_list("origin", flat=True)
    first = [own] if own and _is_protected(own) else []
    every = first + [origin for origin in further if origin != own]
    return [origin for origin in every if not is_ours(origin)]
