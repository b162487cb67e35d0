"""What a policy's own tests say of it, and what only the shipped default may be."""

import json
from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly

from federation.documents.checks.stored import asks_for_zones
from federation.documents.document_set import DocumentSet, Written
from federation.documents.schema.document import TrustDocument
from federation.documents.schema.policy import PolicyDocument
from federation.documents.source import STORED, Location, Problem
from federation.model.policy import Place, Policy, Zone
from federation.policy.cedar.compile import read_policy
from federation.policy.cedar.examples import ExampleProblem, run_examples
from federation.policy.cedar.filing import DEFAULT_POLICY
from federation.policy.cedar.namesakes import namesake
from federation.policy.cedar.zones import ZoneTable

_MEND = "send the policy with examples that hold, in the same set"


def policy_problems(documents: DocumentSet) -> Iterator[Problem]:
    """A policy whose examples fail is not activated, nor does anything move that an active one's examples rest on."""
    places, zones = _places(documents), ZoneTable.of(_zones(documents))
    for policy in documents.policies.values():
        for failed in _failed_examples(policy.document, places, zones):
            stored = policy.source.file == STORED
            yield from _moved(failed, policy, documents) if stored else (_failed(failed, policy),)
        yield from namesakes(policy, documents, let_in=True)
        if policy.document.id == DEFAULT_POLICY.id and policy.document.tenant:
            message = "the default policy is everybody's: it cannot belong to a tenant"
            yield policy.source.problem(("tenant",), message, "leave tenant out, or give the policy another id")


def failing_examples(policy: Written[PolicyDocument], documents: DocumentSet) -> Iterator[Problem]:
    """Those of a policy, as its audiences and the zones are in `documents`."""
    failed = _failed_examples(policy.document, _places(documents), ZoneTable.of(_zones(documents)))
    return (_failed(one, policy) for one in failed)


def _places(documents: DocumentSet) -> dict[str, Place]:
    return {
        name: Place(name, audience.document.environment, audience.document.tenant)
        for name, audience in documents.audiences.items()
    }


def namesakes(policy: Written[PolicyDocument], documents: DocumentSet, *, let_in: bool) -> Iterator[Problem]:
    """In a shared policy, where there are tenants: principals of that name in all of them are meant.

    `let_in`: of rules that are to their good; otherwise of prohibitions, which take away from one too many.
    """
    tenants = {issuer.document.tenant for issuer in documents.issuers.values()} - {None}
    if policy.document.tenant is not None or not tenants or policy.source.file == STORED:
        return
    for rule in read_policy(policy.document.id, policy.document.cedar).rules:
        found = namesake(json.loads(rule.cedar))
        if found and found.is_let_in is let_in:
            message = (
                f'"{found.name}" may be somebody of any tenant: the policy is everybody\'s and says nothing of a tenant'
            )
            yield policy.source.problem(("cedar",), message, _WHOSE)
            return


_WHOSE = (
    'add when { principal in Tenant::"..." }, or when { !(principal has tenant) } for whoever has none; '
    "or give the policy its tenant"
)


def _zones(documents: DocumentSet) -> Iterator[Zone]:
    for written in documents.zones.values():
        zone = written.document
        yield Zone(zone.id, 0, tuple(zone.cidrs), zone.enabled)


def _failed_examples(
    document: PolicyDocument, places: ReadOnly[str, Place], zones: ZoneTable
) -> tuple[ExampleProblem, ...]:
    return run_examples(document.examples, Policy(document.id, 0, document.cedar), places, zones)


def _failed(failed: ExampleProblem, policy: Written[PolicyDocument]) -> Problem:
    keys = failed.key.split(".") if failed.key else []
    return policy.source.problem(("examples", failed.number, *keys), failed.message)


def _moved(failed: ExampleProblem, policy: Written[PolicyDocument], documents: DocumentSet) -> Iterator[Problem]:
    """At what is about to be written: a stored policy's examples held when that was."""
    example = policy.document.examples[failed.number]
    for written, location in _rests_on(example, documents):
        if written.source.file != STORED and getattr(written.document, "tenant", None) == policy.document.tenant:
            message = f"example {failed.number} of Policy {policy.document.id} would fail: {failed.message}"
            yield written.source.problem(location, message, _MEND)


def _rests_on(
    example: ReadOnly[str, object], documents: DocumentSet
) -> Iterator[tuple[Written[TrustDocument], Location]]:
    audience = documents.audiences.get(str(example.get("audience")))
    if audience is not None:
        yield audience, ()
    if asks_for_zones(example):
        yield from ((zone, ("cidrs",)) for zone in documents.zones.values())
