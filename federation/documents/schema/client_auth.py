"""How a registered client proves itself: one method, and what that method needs."""

from collections.abc import Mapping as ReadOnly
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from federation.authentication.assertion_keys import unfit_for_assertions
from federation.documents.schema.certificates import check_certificate
from federation.documents.schema.client_names import DnsName, EmailAddress, IpAddress, SpiffeId, SubjectName, UriName
from federation.documents.schema.document import DocumentId, Part
from federation.documents.schema.keys import Jwks
from federation.documents.schema.patterns import ROLE_ARN, THUMBPRINT, WORDS
from federation.documents.schema.values import FetchedUrl, distinct
from federation.model.trust import ClientMethod
from federation.verification.spiffe_id import trust_domain_of

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
