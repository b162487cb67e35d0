"""An Audience: a target API."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from federation.documents.schema.document import (
    DETAIL_TYPE,
    DOCUMENT_ID,
    MEMBER_NAME,
    WORDS,
    DocumentId,
    Part,
    Scopes,
    Tenant,
    TokenLifetime,
    TrustDocument,
    distinct,
    is_loopback,
    resource_problem,
)
from federation.model.confirmation import ADMIN_AUDIENCE
from federation.model.documents import DEFAULT_MAX_TTL

TypeName = Annotated[str, Field(pattern=DETAIL_TYPE, description=WORDS[DETAIL_TYPE])]
MemberName = Annotated[str, Field(pattern=MEMBER_NAME)]
MemberValues = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=256)]], AfterValidator(distinct), Field(max_length=100)
]


class DetailTypePart(Part):
    """A type, and what its members may be."""

    type: TypeName
    fields: Annotated[
        dict[MemberName, MemberValues],
        Field(
            max_length=32,
            description="Each member that there may be, and its values; none: any text.",
            json_schema_extra={"additionalProperties": False},
        ),
    ]
    required: Annotated[
        list[MemberName], AfterValidator(distinct), Field(default_factory=list, description="What must be there.")
    ]

    @model_validator(mode="after")
    def _required_exist(self) -> Self:
        if "type" in self.fields:
            raise ValueError("type is always there; leave it out of fields")
        if unknown := [name for name in self.required if name not in self.fields]:
            raise ValueError(f"required beyond fields: {', '.join(unknown)}")
        return self


def _one_of_each(types: list[DetailTypePart]) -> list[DetailTypePart]:
    distinct([one.type for one in types])
    return types


DetailTypes = Annotated[list[DetailTypePart], AfterValidator(_one_of_each), Field(max_length=32)]
TypeNames = Annotated[list[TypeName], AfterValidator(distinct), Field(max_length=32)]


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
    token_audience: Annotated[
        Literal["id", "resource"],
        Field(description="What `aud` of its tokens is: this id, or its resource, as an MCP server compares it."),
    ] = "id"
    sender_constraint: Literal["none", "dpop", "mtls", "any"] = "none"
    introspection: Annotated[
        list[DocumentId], Field(default_factory=list, description="Clients that may introspect its tokens.")
    ]
    authorization_details: Annotated[
        DetailTypes, Field(default_factory=list, description="Authorization details (RFC 9396) that it understands.")
    ]

    @model_validator(mode="after")
    def _audience_fits(self) -> Self:
        if self.token_audience == "resource" and self.resource is None:
            raise ValueError("token_audience: resource takes a resource")
        if self.token_audience == "resource" and self.id == ADMIN_AUDIENCE:
            raise ValueError("the admin API compares the id: token_audience must be id")
        return self

    @model_validator(mode="after")
    def _typ_fits(self) -> Self:
        if self.token_typ == "JWT" and self.token_format == "opaque":
            raise ValueError("token_typ JWT is for signed tokens: token_format is opaque")
        if self.token_typ == "JWT" and self.sender_constraint != "none":
            raise ValueError("token_typ JWT is for clouds, which take no bound token: sender_constraint must be none")
        return self
