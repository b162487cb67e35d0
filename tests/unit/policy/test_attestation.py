"""What a platform says of its workload reaches a decision; what others write into the same place does not."""

import pytest
from msgspec.structs import replace

from federation.model.json import JsonObject
from federation.model.tokens import VerifiedToken
from tests.support.policy_world import Decisions, outcome_of, own
from tests.support.trust_values import issuer, verified

PERMITTED = 'permit (principal, action, resource) when { context.attestation.hasTag("zone") && '
EAST = {"default": PERMITTED + 'context.attestation.getTag("zone") == "east" };'}
POD = {"default": 'permit (principal, action, resource) when { context.attestation.hasTag("pod.name") };'}


def of(provider: str, claims: JsonObject) -> VerifiedToken:
    token = verified(by=replace(issuer(), provider=provider))
    return replace(token, claims={**token.claims, **claims})


def test_a_virtual_machine_is_decided_by_what_its_cloud_says() -> None:
    decided = Decisions(texts=EAST).decide(subject=of("google", {"google": {"compute_engine": {"zone": "east"}}}))
    assert decided.policies == ("default",)


def test_a_pod_is_decided_by_what_its_cluster_says() -> None:
    decided = Decisions(texts=POD).decide(subject=of("kubernetes", {"kubernetes.io": {"pod": {"name": "sync-0"}}}))
    assert decided.policies == ("default",)


@pytest.mark.parametrize(
    "subject",
    [
        of("google", {"google": {"compute_engine": {"zone": "west"}}}),
        of("google", {"google": {"compute_engine": "east"}}),
        of("google", {"zone": "east"}),
        of("oidc", {"google": {"compute_engine": {"zone": "east"}}}),
        of("kubernetes", {"google": {"compute_engine": {"zone": "east"}}}),
        own(),
    ],
    ids=["another", "no object", "elsewhere", "another issuer's", "another platform's", "our own"],
)
def test_nothing_else_is_an_attestation(subject: VerifiedToken) -> None:
    code, _ = outcome_of(Decisions(texts=EAST).refused(subject=subject))
    assert code == "invalid_request"
