"""A Mapping: who an outside identity is to us, and the most that it may ever get."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo, field_validator, model_validator

from federation.documents.schema.audience import TypeNames
from federation.documents.schema.document import (
    ATTRIBUTE_NAME,
    PRINCIPAL_GLOB,
    WORDS,
    DocumentId,
    Part,
    Scope,
    Scopes,
    TokenLifetime,
    TrustDocument,
    distinct,
)
from federation.mapping.match import MAX_EXACT, MAX_PATTERN, is_glob, parse_path
from federation.mapping.templates import parse_attribute, parse_principal
from federation.model.trust import MatchValue
from federation.verification.telling_apart import lets_in_everybody

_LARGEST_INTEGER = 2**53
"""Beyond it, JSON numbers lose digits on their way (RFC 8259 section 6)."""


def _path(text: str) -> str:
    parse_path(text)
    return text


def _value(value: object) -> MatchValue:
    if isinstance(value, str):
        return _text(value)
    if not isinstance(value, bool | int):
        raise ValueError("a value to match is text, a whole number, true or false")  # noqa: TRY004 (pydantic's way)
    if abs(value) >= _LARGEST_INTEGER:
        raise ValueError("a number this long is text in tokens: quote it")
    return value


def _text(value: str) -> str:
    limit = MAX_PATTERN if is_glob(value) else MAX_EXACT
    if not 1 <= len(value) <= limit or not value.isprintable():
        raise ValueError(f"text to match has 1 to {limit} printable characters; this has {len(value)}")
    return value


Match = Annotated[
    dict[
        Annotated[str, Field(description="A claim path."), AfterValidator(_path)],
        Annotated[MatchValue, PlainValidator(_value, json_schema_input_type=MatchValue)],
    ],
    Field(min_length=1, max_length=32),
]


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


class ExamplePart(Part):
    """Claims, and what must come of them, or must not: judged by this mapping's lines and grants, without policies."""

    claims: Annotated[dict[str, Any], Field(min_length=1, max_length=100, description="As a token has them; no times.")]
    principal: Annotated[str | None, Field(max_length=255, description="Whom the claims are to us.")] = None
    audience: Annotated[DocumentId | None, Field(description="Id of an Audience.")] = None
    scopes: Annotated[
        list[Scope],
        AfterValidator(distinct),
        Field(default_factory=list, max_length=100, description="Asked for together, at the audience."),
    ]
    expect: Annotated[Literal["allow", "deny"], Field(description="deny: not all of this may come of the claims.")] = (
        "allow"
    )

    @model_validator(mode="after")
    def _scopes_are_of_an_audience(self) -> Self:
        if self.scopes and self.audience is None:
            raise ValueError("scopes are those of an audience: name it")
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

    examples: Annotated[
        list[ExamplePart], Field(default_factory=list, max_length=100, description="Its own tests, run at every write.")
    ]

    @field_validator("match")
    @classmethod
    def _identifying(cls, match: dict[str, MatchValue], info: ValidationInfo) -> dict[str, MatchValue]:
        problem = None if info.data.get("dangerous") else lets_in_everybody(match)
        if problem:
            raise ValueError(problem)
        return match
