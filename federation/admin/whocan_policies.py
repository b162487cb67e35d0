"""Which policies may have a say on a way to an audience. What depends on circumstances is listed, never guessed."""

import json
from collections.abc import Iterator
from typing import Any

from federation.admin.explain_facts import obligations_json
from federation.admin.snapshot import Snapshot
from federation.admin.whocan_patterns import is_template, may_meet
from federation.admin.whocan_values import PolicySay, Verdict
from federation.model import policy as asked
from federation.model.policy import Obligations, Policy
from federation.model.trust import Audience, Issuer
from federation.policy.cedar.compile import read_policy
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.example_request import A_MINUTE, NOON
from federation.policy.cedar.heads import Uid
from federation.policy.cedar.rules import Rule
from federation.policy.cedar.slices import PolicySlices

ANYWHERE = "0.0.0.0"  # noqa: S104  (an address in no zone)


class PoliciesAt:
    """The rules that could apply at one audience."""

    def __init__(self, snapshot: Snapshot, audience: Audience) -> None:
        """Raises TemporarilyUnavailable for unreadable policies."""
        documents = [policy for policy in snapshot.policies().policies if policy.enabled]
        self._audience = audience
        self._slices = PolicySlices(snapshot.policies().policies)
        self._rules = [pair for policy in documents for pair in _rules_at(policy, audience)]
        self._engine = CedarEngine()

    def say(self, principal: str, issuer: Issuer) -> tuple[PolicySay, ...]:
        """What may forbid the principal, or demand something of it."""
        applicable = (pair for pair in self._rules if _is_about(pair, principal, issuer.tenant))
        return tuple(said for policy, number, rule in applicable if (said := _said(policy, number, rule)))

    def usually(self, principal: str, issuer: Issuer, scopes: tuple[str, ...]) -> bool | None:
        """Whether they permit it at noon on a Wednesday, from nowhere in particular, with nothing shown."""
        if is_template(principal):
            return None
        place = asked.Place(self._audience.id, self._audience.environment, self._audience.tenant)
        context = asked.Circumstances(asked.Network(ANYWHERE), NOON, A_MINUTE, scopes)
        party = asked.Party(principal, issuer.id, issuer.tenant)
        return self._engine.decide(asked.DecisionRequest(party, "exchange", place, context), self._slices).allowed


def _rules_at(policy: Policy, audience: Audience) -> Iterator[tuple[Policy, int, Rule]]:
    places = {Uid("Audience", audience.id), Uid("Environment", audience.environment or "")}
    places.add(Uid("Tenant", audience.tenant or ""))
    for number, rule in enumerate(read_policy(policy.id, policy.cedar).rules):
        if rule.head.resource is None or rule.head.resource in places:
            yield policy, number, rule


def _is_about(pair: tuple[Policy, int, Rule], principal: str, tenant: str | None) -> bool:
    policy, _, rule = pair
    pinned = rule.head.principal
    if policy.tenant not in (None, tenant):
        return False
    if pinned is None:
        return True
    return pinned == Uid("Tenant", tenant or "") or (pinned.type == "Principal" and may_meet(pinned.id, principal))


def _said(policy: Policy, number: int, rule: Rule) -> PolicySay | None:
    """None: it permits, and ties that to nothing."""
    parsed: dict[str, Any] = json.loads(rule.cedar)
    certain = not parsed["conditions"] and parsed["action"].get("op") == "All"
    if rule.effect == "permit" and rule.obligations == Obligations():
        return None
    verdict: Verdict = "forbids" if certain else "may forbid"
    if rule.effect == "permit":
        verdict = "demands" if certain else "may demand"
    return PolicySay(policy.id, number, verdict, _head(rule), obligations_json(rule.obligations))


def _head(rule: Rule) -> str:
    pins = {"principal": rule.head.principal, "resource": rule.head.resource}
    return ", ".join(f"{name} in {uid.type}::{uid.id}" for name, uid in pins.items() if uid is not None)
