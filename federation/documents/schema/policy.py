"""kind: Policy: Cedar on top of the grants: conditions, obligations, prohibitions."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from federation.documents.schema.document import TrustDocument
from federation.documents.schema.values import Tenant
from federation.policy.cedar.compile import compile_policy
from federation.policy.cedar.problem import PolicyProblem


def _cedar(text: str, info: ValidationInfo) -> str:
    try:
        compile_policy(str(info.data.get("id", "policy")), text)
    except PolicyProblem as problem:
        raise ValueError(f"line {problem.line}, column {problem.column}: {problem.message}") from problem
    return text


Cedar = Annotated[
    str, AfterValidator(_cedar), Field(min_length=1, description="Cedar policies; see the shipped schema.")
]


class PolicyDocument(TrustDocument):
    """What the grants allow, narrowed by circumstances. A policy carries its own tests."""

    kind: Literal["Policy"]
    cedar: Cedar
    tenant: Annotated[Tenant | None, Field(description="Whose principals it is about; absent: everybody's.")] = None
    examples: Annotated[
        list[dict[str, Any]],
        Field(default_factory=list, max_length=100, description="Requests, and whether each is allowed or denied."),
    ]
