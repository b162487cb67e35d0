"""Policies in the way: which condition it is, and the narrowest exception from it; never the policy as a whole."""

from collections.abc import Iterator

from federation.insight.edits.patch import Candidate, Obstacle, Opens, setting
from federation.insight.explain.decision import Asked, Trail
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.policy import Policy
from federation.model.trust import DocumentRef, Kind
from federation.policy.cedar.compile import read_policy
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.slices import PolicySlices
from federation.policy.cedar.text import Source, read_source

MAX_SHOWN = 500
"""Characters of a policy's text."""


def obstacles(trail: Trail, snapshot: Snapshot) -> tuple[Obstacle, ...]:
    """Every forbid that applied, by the place of it in its document."""
    found = [_obstacle(policy, number) for asked in _denied(trail) for policy, number in _forbids(asked, snapshot)]
    return tuple(dict.fromkeys(found))


def exceptions(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    """For this principal at this audience, and no other, from one forbid."""
    for asked in _denied(trail):
        for policy, number in _forbids(asked, snapshot):
            request = asked.request
            body = snapshot.body(policy_ref := DocumentRef(Kind.POLICY, policy.id)) or {}
            cedar = _excepting(read_source(policy.cedar), number, _condition(asked))
            what = f"an exception in policy {policy.id} for {request.principal.id} at {request.audience.id}"
            yield Candidate(Opens.AN_EXCEPTION, what, policy_ref, (setting(body, "cedar", value=cedar),))


def _denied(trail: Trail) -> tuple[Asked, ...]:
    return tuple(asked for asked in trail.asked if not asked.decision.allowed and not asked.decision.problem)


def _forbids(asked: Asked, snapshot: Snapshot) -> Iterator[tuple[Policy, int]]:
    """The documents that denied it, and the number of each rule in them that did."""
    for policy in snapshot.policy_documents.policies:
        if policy.id in asked.decision.determined_by:
            yield from ((policy, number) for number in _forbidding(policy, asked))


def _forbidding(policy: Policy, asked: Asked) -> Iterator[int]:
    source = read_source(policy.cedar)
    for number, rule in enumerate(read_policy(policy.id, policy.cedar).rules):
        if rule.effect == "forbid" and _forbids_alone(policy, _text(source, number), asked):
            yield number


def _forbids_alone(policy: Policy, text: str, asked: Asked) -> bool:
    alone = Policy(policy.id, policy.version, text, policy.tenant)
    return not CedarEngine().decide(asked.request, PolicySlices((alone,))).allowed


def _obstacle(policy: Policy, number: int) -> Obstacle:
    source = read_source(policy.cedar)
    start = source.policies[number][0].start
    return Obstacle(policy.id, source.text.count("\n", 0, start) + 1, _text(source, number)[:MAX_SHOWN])


def _text(source: Source, number: int) -> str:
    tokens = source.policies[number]
    return source.text[tokens[0].start : tokens[-1].start + len(tokens[-1].text)]


def _excepting(source: Source, number: int, condition: str) -> str:
    """The text with one more `unless` at the end of that policy."""
    end = source.policies[number][-1].start
    return f"{source.text[:end].rstrip()}\nunless {{ {condition} }}{source.text[end:]}"


def _condition(asked: Asked) -> str:
    """Both names are of characters that need no quoting in Cedar; a tenant tells those of one name apart."""
    principal, audience = asked.request.principal, asked.request.audience
    tenant = f' && principal in Tenant::"{principal.tenant}"' if principal.tenant else ""
    return f'principal == Principal::"{principal.id}"{tenant} && resource == Audience::"{audience.id}"'
