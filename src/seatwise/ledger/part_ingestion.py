"""Files of facts into the ledger: the parts that were made by the rules of each service of a revision."""

from collections.abc import Sequence

from seatwise.ledger.models import Revision, Serving
from seatwise.ledger.words import ImportCode, RefusedImport
from seatwise.ledger.zones import today, zone_for_reading
from seatwise.lib.notices import Notice
from seatwise.logs.fact_files import merged_by_rules
from seatwise.logs.facts import Facts
from seatwise.logs.inputs import Input
from seatwise.logs.line_summary import without_line
from seatwise.logs.notices import FormatCode
from seatwise.logs.parts import Part, other_rules
from seatwise.logs.reading_rules import ReadingRules, reading_rules
from seatwise.logs.rules import Zones


def rules_for(revision: Revision, serving: Serving) -> ReadingRules:
    """The rules by which parts for one service of a revision are to be made."""
    zones = Zones(zone_for_reading(), revision.log_zone or None)
    rules = serving.rules(revision.programs)
    return reading_rules(
        revision.format,
        revision.login_field,
        zones,
        rules,
        drop_domain=revision.drop_domain,
        longest_silence=revision.longest_silence,
    )


def facts_of_parts(
    revision: Revision, servings: Sequence[Serving], inputs: Sequence[Input]
) -> tuple[list[Facts], list[str]]:
    """The facts for each of the services, and the formats they were read in. Each service needs parts, and no part may
    be left over."""
    if not servings:
        raise RefusedImport(ImportCode.NO_SERVICE, source=revision.source.code)
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
    return [facts_of(parts[rules]) for rules in wanted], sorted(formats)


def facts_of(part: Part) -> Facts:
    """The facts of the parts of one service, with what there is to say about them."""
    part.refuse_future(today())
    facts = part.facts()
    facts.account.passed_over = [kept_refusal(why) for why in facts.account.passed_over]
    facts.account.said += part.notices()
    return facts


def kept_refusal(why: Notice) -> Notice:
    """Why a file was passed over, as the ledger keeps it: with what its first line looks like."""
    kept = without_line(why)
    if kept.code is not FormatCode.NONE_FITS:
        return kept
    refusal = Notice(ImportCode.NONE_FITS, {"file": kept.values["file"]})
    return Notice(ImportCode.NONE_FITS_LIKE, {"refusal": refusal, "looks": kept.values["line"]})
