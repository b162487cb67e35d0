"""A Policy in Cedar, and the Zones that policies name."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from federation.documents.schema.document import Tenant, TrustDocument, distinct
from federation.policy.cedar.compile import compile_policy
from federation.policy.cedar.problem import PolicyProblem
from federation.policy.cedar.zones import parse_cidr


class WrongText(ValueError):
    """A policy's text is wrong at a place; `line` and `column` count from 1 in that text."""

    def __init__(self, problem: PolicyProblem) -> None:
        super().__init__(f"line {problem.line}, column {problem.column}: {problem.message}")
        self.message, self.line, self.column = problem.message, problem.line, problem.column


def _cedar(text: str, info: ValidationInfo) -> str:
    try:
        compile_policy(str(info.data.get("id", "policy")), text)
    except PolicyProblem as problem:
        raise WrongText(problem) from problem
    return text


Cedar = Annotated[
    str, AfterValidator(_cedar), Field(min_length=1, description="Cedar policies; see the shipped schema.")
]


class PolicyDocument(TrustDocument):
    """What the grants allow, narrowed by circumstances. A policy carries its own tests."""

    kind: Literal["Policy"]
    cedar: Cedar
    tenant: Annotated[
        Tenant | None, Field(description="Whose principals it is about; absent: those of all tenants.")
    ] = None
    examples: Annotated[
        list[dict[str, Any]],
        Field(default_factory=list, max_length=100, description="Requests, and whether each is allowed or denied."),
    ]


def _cidr(text: str) -> str:
    parse_cidr(text)
    return text


Cidr = Annotated[str, AfterValidator(_cidr), Field(description="203.0.113.0/24 or 2001:db8::/32.")]


class ZoneDocument(TrustDocument):
    """Where requests come from, as the gateway saw it; the longest prefix wins."""

    kind: Literal["Zone"]
    cidrs: Annotated[list[Cidr], AfterValidator(distinct), Field(min_length=1, max_length=1000)]
