"""The decision: Cedar's answer, and a refusal wherever Cedar is not sure of it."""

from collections.abc import Collection
from typing import ClassVar

from cedarpy import AuthzResult, Schema, is_authorized
from msgspec import Struct, field

from federation.model.policy import Decision, DecisionRequest, Obligations, PolicyAction, strictest
from federation.policy.cedar.filing import DEFAULT_POLICY
from federation.policy.cedar.question import address_of, question
from federation.policy.cedar.rules import Rule
from federation.policy.cedar.schema import request_schema
from federation.policy.cedar.slices import DirectorySlices, Slice
from federation.value import Redacted

MAX_PROBLEM = 500
"""Characters of an explanation."""


class CedarEngine(Redacted, Struct, frozen=True):
    """Deterministic: the same request and documents give the same decision (ATTACKS invariant 9)."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"schema"})

    schema: Schema = field(default_factory=request_schema)

    def decide(self, request: DecisionRequest, slices: DirectorySlices) -> Decision:
        """Allowed if a policy permits, none forbids and none errs; raises TemporarilyUnavailable if none can be read.

        Cedar itself skips a policy that errs, and a permit beside a broken forbid would win: any error is a denial
        (ATTACKS F1). So is a request that does not fit the schema.
        """
        applicable = slices.slice_for(request.principal, request.audience)
        try:
            if _is_permitted_by_default(request.action, applicable):
                return _permitted(request, applicable)
            asked = question(request, applicable.mentions)
            answer = is_authorized(asked.request, applicable.handle, asked.entities, self.schema)
        except (ValueError, RecursionError) as error:
            return _undecided(applicable, f"the request has no Cedar form: {type(error).__name__}")
        return _decision(answer, applicable, request.action)


def _is_permitted_by_default(action: PolicyAction, applicable: Slice) -> bool:
    """Whether the shipped policy is the only one whose head fits: Cedar has nothing to look at."""
    others = applicable.only_shipped_but_for
    return others is not None and action not in others and action != "impersonate"


def _permitted(request: DecisionRequest, applicable: Slice) -> Decision:
    """What Cedar answers where one policy permits everything; raises ValueError for a request without an address."""
    address_of(request)
    rules = [rule for rule in applicable.rules.values() if rule.document == DEFAULT_POLICY.id]
    return Decision(
        allowed=True,
        determined_by=_documents(rules),
        obligations=strictest(*(rule.obligations for rule in rules)),
        snapshot=applicable.snapshot,
    )


def _decision(answer: AuthzResult, applicable: Slice, action: PolicyAction) -> Decision:
    if answer.diagnostics.errors:
        return _erred(answer, applicable)
    rules = [applicable.rules[reason] for reason in answer.diagnostics.reasons]
    # An admin must have meant it. What permits it beside that counts all the same: its obligations hold.
    unmeant = answer.allowed and action == "impersonate" and not any(action in rule.actions for rule in rules)
    rules = [] if unmeant else rules
    return Decision(
        allowed=answer.allowed and not unmeant,
        determined_by=_documents(rules),
        obligations=strictest(*(rule.obligations for rule in rules)),  # a forbid has none
        snapshot=applicable.snapshot,
    )


def _erred(answer: AuthzResult, applicable: Slice) -> Decision:
    errors = sorted(answer.diagnostics.errors)
    culprits = [rule for rule in applicable.rules.values() if any(f"`{rule.id}`" in error for error in errors)]
    if not culprits:  # the engine's words would repeat the whole request
        return _undecided(applicable, "the request does not fit the policy schema")
    return _undecided(applicable, "; ".join(errors)[:MAX_PROBLEM], culprits)


def _undecided(applicable: Slice, problem: str, culprits: Collection[Rule] = ()) -> Decision:
    return Decision(
        allowed=False,
        determined_by=_documents(culprits),
        obligations=Obligations(),
        snapshot=applicable.snapshot,
        problem=problem,
    )


def _documents(rules: Collection[Rule]) -> tuple[str, ...]:
    return tuple(sorted({rule.document for rule in rules}))
