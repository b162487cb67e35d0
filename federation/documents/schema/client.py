"""A Client: a registered caller, and how it proves itself."""

from collections.abc import Mapping as ReadOnly
from ipaddress import ip_address
from typing import Annotated, Literal, Self

from cryptography import x509
from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from federation.authentication.private_key_jwt import unfit_for_assertions
from federation.documents.schema.document import (
    DNS_NAME,
    EMAIL_ADDRESS,
    ROLE_ARN,
    THUMBPRINT,
    URI_NAME,
    WORDS,
    DocumentId,
    FetchedUrl,
    Jwks,
    Part,
    RateLimitPart,
    Scope,
    Tenant,
    TrustDocument,
    check_certificate,
    distinct,
)
from federation.model.trust import CLIENT_CREDENTIALS, TOKEN_EXCHANGE, ClientMethod
from federation.oauth.identifiers import ANONYMOUS
from federation.verification.spiffe_id import NotSpiffeId, parse_spiffe_id, trust_domain_of


def _address(text: str) -> str:
    try:
        spelled = str(ip_address(text))
    except ValueError:
        raise ValueError("no IP address") from None
    if spelled != text:
        raise ValueError("write the address in its shortest form")
    return text


def _distinguished_name(text: str) -> str:
    try:
        spelled = x509.Name.from_rfc4514_string(text).rfc4514_string()
    except ValueError:
        raise ValueError("no distinguished name (RFC 4514)") from None
    if spelled != text:
        raise ValueError("write it as RFC 4514 has it: CN=api,OU=payments,O=Acme")
    return text


def _workload(text: str) -> str:
    try:
        parse_spiffe_id(text)
    except NotSpiffeId as error:
        raise ValueError(f"no SPIFFE ID of a workload: {error}") from None
    return text


UriName = Annotated[str, Field(pattern=URI_NAME, description=WORDS[URI_NAME])]
DnsName = Annotated[str, Field(pattern=DNS_NAME, description=WORDS[DNS_NAME])]
EmailAddress = Annotated[str, Field(pattern=EMAIL_ADDRESS, description=WORDS[EMAIL_ADDRESS])]
IpAddress = Annotated[str, AfterValidator(_address)]
SubjectName = Annotated[
    str,
    AfterValidator(_distinguished_name),
    Field(min_length=1, max_length=512, description="The whole subject (RFC 4514), attributes in this order."),
]
SpiffeId = Annotated[str, AfterValidator(_workload), Field(max_length=2048)]


NAMES = ("san_uri", "san_dns", "san_ip", "san_email", "subject_dn")
TLS = "tls_client_auth"
SELF_SIGNED = "self_signed_tls_client_auth"

_TAKES: ReadOnly[str, tuple[tuple[str, ...], ...]] = {
    "none": (),
    "private_key_jwt": (("jwks", "jwks_uri"),),
    TLS: (NAMES, ("certificates",)),
    SELF_SIGNED: (("thumbprints", "certificates"),),
    "spiffe_jwt": (("spiffe_id",), ("issuer",)),
    "aws_iam": (("role",),),
}
"""Method -> of each of these exactly one."""
_MEANT: ReadOnly[tuple[str, ...], str] = {
    ("certificates",): ", the PEM of its own authorities; only with a SPIFFE ID of a workload as san_uri it needs none",
    ("issuer",): ", the id of the Issuer of its trust domain",
}

Thumbprint = Annotated[str, Field(pattern=THUMBPRINT, description=WORDS[THUMBPRINT])]
Pem = Annotated[str, Field(max_length=16 * 1024)]


def _for_assertions(jwks: Jwks) -> Jwks:
    if problem := unfit_for_assertions(jwks):
        raise ValueError(problem)
    return jwks


class ClientAuthPart(Part):
    """Exactly one method. There are no shared secrets."""

    method: ClientMethod
    jwks: Annotated[Jwks, AfterValidator(_for_assertions)] | None = None
    jwks_uri: Annotated[FetchedUrl | None, Field(description="Where its public keys are.")] = None
    san_uri: UriName | None = None
    san_dns: DnsName | None = None
    san_ip: IpAddress | None = None
    san_email: EmailAddress | None = None
    subject_dn: SubjectName | None = None
    certificates: Annotated[
        list[Pem] | None,
        Field(
            min_length=1,
            max_length=16,
            description="PEM of its own authorities, none if its trust domain vouches; or of its self-signed ones.",
        ),
    ] = None
    thumbprints: Annotated[
        list[Thumbprint] | None,
        Field(min_length=1, max_length=16, description="Its self-signed certificates; two while one is replaced."),
    ] = None
    spiffe_id: SpiffeId | None = None
    issuer: Annotated[DocumentId | None, Field(description="Id of the Issuer of its trust domain.")] = None
    role: Annotated[str | None, Field(pattern=ROLE_ARN, description=WORDS[ROLE_ARN])] = None

    @field_validator("certificates", "thumbprints")
    @classmethod
    def _usable(cls, values: list[str] | None, info: ValidationInfo) -> list[str] | None:
        distinct(values or [])
        if info.field_name == "certificates":
            for pem in values or ():
                check_certificate(pem, own=info.data.get("method") == SELF_SIGNED)
        return values

    @property
    def workload(self) -> str | None:
        """tls_client_auth: the SPIFFE ID whose trust domain vouches for it; None: its own authorities do."""
        by_trust_domain = self.method == TLS and "certificates" not in self.model_fields_set
        return self.san_uri if by_trust_domain and trust_domain_of(self.san_uri) is not None else None

    @model_validator(mode="after")
    def _one_method(self) -> Self:
        needed = _TAKES[self.method] if self.workload is None else (NAMES,)
        given = self.model_fields_set - {"method"}
        for group in needed:
            if len(given.intersection(group)) != 1:
                names = f"{'exactly one of ' if group[1:] else ''}{', '.join(group)}"
                raise ValueError(f"{self.method} needs {names}{_MEANT.get(group, '')}")
        if foreign := sorted(given - {name for group in needed for name in group}):
            raise ValueError(f"{', '.join(foreign)}: not a part of {self.method}; leave it out")
        return self


def _client_id(id_: str) -> str:
    if id_ == ANONYMOUS:
        raise ValueError(f"client_id={ANONYMOUS} means no client: choose another id")
    return id_


class ClientDocument(TrustDocument):
    """Who asks. Its `id` is its `client_id`."""

    kind: Literal["Client"]
    id: Annotated[DocumentId, AfterValidator(_client_id)]
    auth: Annotated[ClientAuthPart, Field(description="How it proves itself.")]
    tenant: Annotated[Tenant | None, Field(description="Whose it is.")] = None
    audiences: Annotated[
        list[DocumentId],
        AfterValidator(distinct),
        Field(default_factory=list, max_length=100, description="Ids of the Audiences that it may ever ask for."),
    ]
    scopes: Annotated[
        list[Scope],
        AfterValidator(distinct),
        Field(default_factory=list, max_length=100, description="All that it may ever ask for."),
    ]
    grants: Annotated[
        list[Literal["token-exchange", "client-credentials"]],
        AfterValidator(distinct),
        Field(default_factory=lambda: [TOKEN_EXCHANGE], description="How it may ask; []: it only introspects."),
    ]
    sender_constraint: Annotated[
        Literal["none", "dpop", "mtls", "any"], Field(description="What its tokens must be bound to.")
    ] = "none"
    rate_limit: RateLimitPart | None = None

    @model_validator(mode="after")
    def _of_use(self) -> Self:
        if self.grants and not (self.audiences and self.scopes):
            raise ValueError("name its audiences and scopes; with grants: [] it needs none")
        return self

    @model_validator(mode="after")
    def _bound(self) -> Self:
        """What is stolen from a client that proves nothing is of no use (ATTACKS L12, FAPI 2.0 section 5.3.2.1)."""
        itself = CLIENT_CREDENTIALS in self.grants
        if self.auth.method == "none" and (itself or self.sender_constraint != "dpop"):
            raise ValueError("with method none write sender_constraint: dpop, and no client-credentials")
        if itself and self.sender_constraint == "none":
            raise ValueError("client-credentials goes with sender_constraint: dpop, mtls or any")
        return self
