"""kind: Audience: a target API."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from federation.documents.schema.detail_type import DetailTypes
from federation.documents.schema.document import DocumentId, TrustDocument
from federation.documents.schema.patterns import DOCUMENT_ID
from federation.documents.schema.urls import resource_problem
from federation.documents.schema.values import Scopes, Tenant, TokenLifetime, is_loopback
from federation.model.documents import DEFAULT_MAX_TTL


def _resource(url: str, info: ValidationInfo) -> str:
    problem = resource_problem(url, loopback=is_loopback(info))
    if problem:
        raise ValueError(problem)
    return url


Resource = Annotated[str, Field(max_length=512, description="RFC 8707 name for the target."), AfterValidator(_resource)]


class AudienceDocument(TrustDocument):
    """A target API, and what its tokens may be."""

    kind: Literal["Audience"]
    scopes: Annotated[Scopes, Field(description="All that exist there.")]
    max_ttl: Annotated[TokenLifetime, Field(description="The longest life of a token for it.")] = DEFAULT_MAX_TTL
    resource: Resource | None = None
    environment: Annotated[str | None, Field(pattern=DOCUMENT_ID)] = None
    tenant: Annotated[Tenant | None, Field(description="Whose it is; absent: shared.")] = None
    token_format: Literal["jwt", "opaque"] = "jwt"
    token_typ: Annotated[
        Literal["at+jwt", "JWT"],
        Field(
            description="`typ` of its tokens. JWT: for a cloud that refuses at+jwt; the bridge accepts none of them."
        ),
    ] = "at+jwt"
    sender_constraint: Literal["none", "dpop", "mtls", "any"] = "none"
    introspection: Annotated[
        list[DocumentId], Field(default_factory=list, description="Clients that may introspect its tokens.")
    ]
    authorization_details: Annotated[
        DetailTypes, Field(default_factory=list, description="Authorization details (RFC 9396) that it understands.")
    ]

    @model_validator(mode="after")
    def _typ_fits(self) -> Self:
        if self.token_typ == "JWT" and self.token_format == "opaque":
            raise ValueError("token_typ JWT is for signed tokens: token_format is opaque")
        if self.token_typ == "JWT" and self.sender_constraint != "none":
            raise ValueError("token_typ JWT is for clouds, which take no bound token: sender_constraint must be none")
        return self
