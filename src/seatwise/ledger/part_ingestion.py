"""Files of facts into the ledger: the parts that were made by the rules of each service of a revision."""

from collections.abc import Sequence

from seatwise.ledger.models import Revision, Serving
from seatwise.ledger.words import ImportCode, RefusedImport
from seatwise.ledger.zones import zone_for_reading
from seatwise.logs.fact_files import merged_by_rules
from seatwise.logs.facts import Facts
from seatwise.logs.inputs import Input
from seatwise.logs.parts import other_rules
from seatwise.logs.reading_rules import ReadingRules, reading_rules
from seatwise.logs.rules import Zones


def rules_for(revision: Revision, serving: Serving) -> ReadingRules:
    """The rules by which parts for one service of a revision are to be made."""
    zones = Zones(zone_for_reading(), revision.log_zone or None)
    rules = serving.rules(revision.programs)
    return reading_rules(revision.format, revision.login_field, zones, rules, drop_domain=revision.drop_domain)


def facts_of_parts(
    revision: Revision, servings: Sequence[Serving], inputs: Sequence[Input]
) -> tuple[list[Facts], list[str]]:
    """The facts for each of the services, and the formats they were read in. Each service needs parts, and no part may
    be left over."""
    found = merged_by_rules(inputs)
    parts = {part.rules: part for _, part in found}
    wanted = [rules_for(revision, serving) for serving in servings]
    source = f"{revision.source.code} {revision.number}"
    for name, part in found:
        if part.rules not in wanted:
            raise other_rules(part.rules, wanted[0], name, source)
    for serving, rules in zip(servings, wanted, strict=True):
        if rules not in parts:
            raise RefusedImport(ImportCode.NO_PART, service=serving.service.code, source=revision.source.code)
    formats = {form for part in parts.values() for form in part.formats}
    return [parts[rules].facts() for rules in wanted], sorted(formats)
