"""Whether policies leave an admin any way into the admin API (ATTACKS O6)."""

import json
from collections.abc import Iterable

from federation.insight.whocan.patterns import is_template
from federation.model.admin import ADMIN_AUDIENCE
from federation.model.documents import CorruptDocument
from federation.model.json import Json, JsonObject
from federation.model.policy import Party, Place, Policy
from federation.oauth.errors import TemporarilyUnavailable
from federation.policy.cedar.rules import Rule
from federation.policy.cedar.slices import PolicySlices

_ACTION = "exchange"


class WayIn:
    """To one Audience document, by the rules that a decision would look at. What depends on circumstances is a way."""

    def __init__(self, policies: Iterable[Policy], audience: JsonObject) -> None:
        """With policies that cannot be read there is none: nothing is decided with them."""
        try:
            self._slices: PolicySlices | None = PolicySlices(policies)
        except (CorruptDocument, TemporarilyUnavailable):
            self._slices = None
        self._place = Place(ADMIN_AUDIENCE, _text(audience.get("environment")), _text(audience.get("tenant")))

    def is_open(self, mapping: JsonObject, issuer: JsonObject) -> bool:
        """For whom the mapping makes an admin of."""
        if self._slices is None or not self._is_within(issuer):
            return False
        principal = str(mapping.get("principal"))
        party = Party(principal, str(mapping.get("issuer")), _text(issuer.get("tenant")))
        rules = [rule for rule in self._slices.slice_for(party, self._place).rules.values() if _is_asked(rule)]
        permitted = is_template(principal) or any(rule.effect == "permit" for rule in rules)
        return permitted and not any(rule.effect == "forbid" and _is_unconditional(rule) for rule in rules)

    def _is_within(self, issuer: JsonObject) -> bool:
        """As `federation.policy.targets` has it: tenants and environments keep apart."""
        environments = issuer.get("environments")
        within = not isinstance(environments, list) or self._place.environment in environments
        return within and self._place.tenant in (None, _text(issuer.get("tenant")))


def _is_asked(rule: Rule) -> bool:
    return not rule.actions or _ACTION in rule.actions


def _is_unconditional(rule: Rule) -> bool:
    return not json.loads(rule.cedar)["conditions"]


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
