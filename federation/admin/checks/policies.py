"""What a policy's own tests say of it, and what only the shipped default may be."""

from collections.abc import Iterator

from federation.admin.documents.document_set import DocumentSet, Written
from federation.admin.documents.problem import Problem
from federation.admin.schema.policy import PolicyDocument
from federation.model.policy import Place, Policy
from federation.policy.cedar.examples import run_examples
from federation.policy.cedar.slices import DEFAULT_POLICY


def policy_problems(documents: DocumentSet) -> Iterator[Problem]:
    """A policy whose examples fail is not activated."""
    places = {
        name: Place(name, audience.document.environment, audience.document.tenant)
        for name, audience in documents.audiences.items()
    }
    for policy in documents.policies.values():
        yield from _failed_examples(policy, places)
        if policy.document.id == DEFAULT_POLICY.id and policy.document.tenant:
            message = "the default policy is everybody's: it cannot belong to a tenant"
            yield policy.source.problem(("tenant",), message, "leave tenant out, or give the policy another id")


def _failed_examples(written: Written[PolicyDocument], places: dict[str, Place]) -> Iterator[Problem]:
    policy = Policy(written.document.id, 0, written.document.cedar)
    for problem in run_examples(written.document.examples, policy, places):
        keys = problem.key.split(".") if problem.key else []
        yield written.source.problem(("examples", problem.number, *keys), problem.message)
