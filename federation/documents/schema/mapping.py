"""kind: Mapping: who an outside identity is to us, and the most it may ever get."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from federation.documents.schema.detail_type import TypeNames
from federation.documents.schema.document import DocumentId, Part, TrustDocument
from federation.documents.schema.match import Match, lets_in_everybody
from federation.documents.schema.patterns import ATTRIBUTE_NAME, PRINCIPAL_GLOB, WORDS
from federation.documents.schema.values import Scope, Scopes, TokenLifetime, distinct
from federation.mapping.templates import parse_attribute, parse_principal
from federation.model.trust import MatchValue


def _principal(text: str) -> str:
    parse_principal(text)
    return text


def _attribute(text: str) -> str:
    parse_attribute(text)
    return text


def _one_per_audience(grants: list["GrantPart"]) -> list["GrantPart"]:
    distinct([grant.audience for grant in grants])
    return grants


Principal = Annotated[
    str, Field(description="The principal; may use {claim} behind a literal namespace."), AfterValidator(_principal)
]
PrincipalGlob = Annotated[str, Field(pattern=PRINCIPAL_GLOB, max_length=255, description=WORDS[PRINCIPAL_GLOB])]
AttributeName = Annotated[str, Field(pattern=ATTRIBUTE_NAME)]
AttributeTemplate = Annotated[str, AfterValidator(_attribute)]


class GrantPart(Part):
    """The most that it may get at one audience."""

    audience: Annotated[DocumentId, Field(description="Id of an Audience.")]
    scopes: Scopes
    default_scopes: Annotated[
        list[Scope],
        AfterValidator(distinct),
        Field(default_factory=list, description="When the request names none."),
    ]
    max_ttl: TokenLifetime | None = None
    trim: Annotated[bool, Field(description="true: scopes above the ceilings are left out, not refused.")] = False
    authorization_details: Annotated[
        TypeNames, Field(default_factory=list, description="Types of authorization details that may be asked for.")
    ]

    @model_validator(mode="after")
    def _defaults_are_granted(self) -> Self:
        beyond = [scope for scope in self.default_scopes if scope not in self.scopes]
        if beyond:
            raise ValueError(f"default_scopes beyond scopes: {', '.join(beyond)}")
        return self


class MappingDocument(TrustDocument):
    """Who an outside identity is to us."""

    kind: Literal["Mapping"]
    issuer: Annotated[DocumentId, Field(description="Id of an Issuer.")]
    dangerous: Annotated[
        bool, Field(description="true: trusts more than guard rails allow; holds once a second admin has confirmed it.")
    ] = False
    match: Annotated[Match, Field(description="Every line must hold; `*` is a glob that never crosses / or :.")]
    principal: Principal
    attributes: Annotated[
        dict[AttributeName, AttributeTemplate],
        Field(
            default_factory=dict,
            max_length=16,
            description="Copied into the token's `ctx`.",
            json_schema_extra={"additionalProperties": False},
        ),
    ]
    grants: Annotated[list[GrantPart], Field(min_length=1, max_length=100), AfterValidator(_one_per_audience)]
    may_act: Annotated[
        list[PrincipalGlob],
        Field(default_factory=list, max_length=32, description="Which principals may act for this one."),
    ]

    @field_validator("match")
    @classmethod
    def _identifying(cls, match: dict[str, MatchValue], info: ValidationInfo) -> dict[str, MatchValue]:
        problem = None if info.data.get("dangerous") else lets_in_everybody(match)
        if problem:
            raise ValueError(problem)
        return match
