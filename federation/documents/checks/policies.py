"""What a policy's own tests say of it, and what only the shipped default may be."""

from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly

from federation.documents.checks.stored import asks_for_zones
from federation.documents.document_set import DocumentSet, Written
from federation.documents.schema.document import TrustDocument
from federation.documents.schema.policy import PolicyDocument
from federation.documents.source import STORED, Location, Problem
from federation.model.policy import Place, Policy, Zone
from federation.policy.cedar.examples import ExampleProblem, run_examples
from federation.policy.cedar.filing import DEFAULT_POLICY
from federation.policy.cedar.zones import ZoneTable

_MEND = "send the policy with examples that hold, in the same set"


def policy_problems(documents: DocumentSet) -> Iterator[Problem]:
    """A policy whose examples fail is not activated, nor does anything move that an active one's examples rest on."""
    places = {
        name: Place(name, audience.document.environment, audience.document.tenant)
        for name, audience in documents.audiences.items()
    }
    zones = ZoneTable.of(_zones(documents))
    for policy in documents.policies.values():
        for failed in _failed_examples(policy.document, places, zones):
            stored = policy.source.file == STORED
            yield from _moved(failed, policy, documents) if stored else (_failed(failed, policy),)
        if policy.document.id == DEFAULT_POLICY.id and policy.document.tenant:
            message = "the default policy is everybody's: it cannot belong to a tenant"
            yield policy.source.problem(("tenant",), message, "leave tenant out, or give the policy another id")


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
        if written.source.file != STORED:
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
