"""Which policies may have a say on a way to an audience. What depends on circumstances is listed, never guessed."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from federation.insight.explain.facts import obligations_json
from federation.insight.snapshot.snapshot import Snapshot
from federation.insight.whocan.makes import Makes
from federation.insight.whocan.values import PolicySay, Verdict
from federation.model import policy as asked
from federation.model.policy import Obligations, Policy, Uid
from federation.model.trust import Audience, Issuer
from federation.policy.cedar.compile import read_policy
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.example_request import A_MINUTE, NOON
from federation.policy.cedar.rules import Rule
from federation.policy.cedar.slices import PolicySlices

ANYWHERE = "0.0.0.0"  # noqa: S104  (an address in no zone)


class _Numbered(NamedTuple):
    """A rule, and where it stands."""

    policy: Policy
    number: int
    rule: Rule


class PoliciesAt:
    """The rules that could apply at one audience."""

    def __init__(self, snapshot: Snapshot, audience: Audience) -> None:
        """Raises TemporarilyUnavailable for unreadable policies."""
        documents = [policy for policy in snapshot.policies().policies if policy.enabled]
        self._audience = audience
        self._slices = PolicySlices(snapshot.policies().policies)
        self._pinned: dict[str, list[_Numbered]] = {}
        """Rules about one principal, by its name."""
        self._open: list[_Numbered] = []
        for found in (found for policy in documents for found in _rules_at(policy, audience)):
            pin = found.rule.head.principal
            about_one = pin is not None and pin.type == "Principal"
            (self._pinned.setdefault(pin.id, []) if pin and about_one else self._open).append(found)
        self._engine = CedarEngine()

    def say(self, makes: Makes, issuer: Issuer) -> tuple[PolicySay, ...]:
        """What may forbid the principal, or demand something of it."""
        named = [one for one in self._named(makes) if one.policy.tenant in (None, issuer.tenant)]
        applicable = [*named, *(one for one in self._open if _is_about(one, issuer.tenant))]
        said = (say for one in applicable if (say := _said(one)) is not None)
        return tuple(sorted(said, key=lambda say: (say.policy, say.number)))

    def _named(self, makes: Makes) -> Iterator[_Numbered]:
        """No search one by one where a name says who it is."""
        if makes.only is not None:
            yield from self._pinned.get(makes.only, ())
            return
        for name, rules in self._pinned.items():
            yield from rules if makes.may_fit(name) else ()

    def usually(self, makes: Makes, issuer: Issuer, scopes: tuple[str, ...]) -> bool | None:
        """Whether they permit it at noon on a Wednesday, from nowhere in particular, with nothing shown."""
        if makes.only is None:
            return None
        place = asked.Place(self._audience.id, self._audience.environment, self._audience.tenant)
        context = asked.Circumstances(asked.Network(ANYWHERE), NOON, A_MINUTE, scopes)
        party = asked.Party(makes.only, issuer.id, issuer.tenant)
        return self._engine.decide(asked.DecisionRequest(party, "exchange", place, context), self._slices).allowed


def _rules_at(policy: Policy, audience: Audience) -> Iterator[_Numbered]:
    places = {Uid("Audience", audience.id), Uid("Environment", audience.environment or "")}
    places.add(Uid("Tenant", audience.tenant or ""))
    for number, rule in enumerate(read_policy(policy.id, policy.cedar).rules):
        if rule.head.resource is None or rule.head.resource in places:
            yield _Numbered(policy, number, rule)


def _is_about(one: _Numbered, tenant: str | None) -> bool:
    """Of a rule that names no party."""
    mine = one.policy.tenant in (None, tenant)
    return mine and one.rule.head.principal in (None, Uid("Tenant", tenant or ""))


def _said(one: _Numbered) -> PolicySay | None:
    """None: it permits, and ties that to nothing."""
    policy, number, rule = one
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
