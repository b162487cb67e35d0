"""An Issuer: whom we believe."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from federation.documents.schema.document import (
    DOCUMENT_ID,
    TOKEN_AUDIENCE,
    WORDS,
    AuthAge,
    IssuerName,
    KeysPart,
    MaxStale,
    RateLimitPart,
    Serial,
    Tenant,
    TokenAge,
    TrustDocument,
    distinct,
    fetch_problem,
)
from federation.documents.schema.events import EventsPart, events_problem
from federation.model.documents import DEFAULT_ALGORITHMS, DEFAULT_MAX_STALE, DEFAULT_MAX_TOKEN_AGE
from federation.verification.algorithms import ALGORITHMS
from federation.verification.claims_table import REGISTERED
from federation.verification.compact import NEVER_IGNORED, USED
from federation.verification.jwk import SIG
from federation.verification.jwk_set import X509_SVID
from federation.verification.provider import Provider
from federation.verification.providers import provider_named, provider_names
from federation.verification.shared_issuers import owner_of
from federation.verification.spiffe_id import SCHEME, SPIFFE

MEMBER = r"^[\x21\x23-\x5B\x5D-\x7E]{1,64}$"
"""The name of a claim or header member: printable, without spaces, quotes and backslashes."""

# What a document says about tokens would protect nothing where there are none.
_ABOUT_TOKENS = frozenset(
    {"audiences", "audience_claim", "other_audiences", "ignored_header_members"}
    | {"algorithms", "max_token_age", "single_use", "max_stale"}
)


def source_problem(issuer: str, keys: KeysPart, provider: Provider, written: frozenset[str]) -> str | None:
    """What is wrong, and the fix; None: nothing. `written`: the keys of the Issuer document."""
    if issuer.startswith(SCHEME) and provider.name != SPIFFE:
        return "a trust domain is SPIFFE's: write provider: spiffe"
    return (
        _certificate_problem(keys, provider, written)
        or _bundle_problem(keys, provider)
        or _shape_problem(provider, written)
    )


def _shape_problem(provider: Provider, written: frozenset[str]) -> str | None:
    """What a document says about unusual tokens, where its provider's tokens are never so."""
    about_aud = sorted({"audience_claim", "other_audiences"} & written)
    if about_aud and not provider.speaks_for_others:
        return f"{', '.join(about_aud)}: a token of {provider.name} names one audience, and always does; leave it out"
    if about_aud and "audiences" not in written:
        return f"{', '.join(about_aud)}: name the audiences that are ours beside it"
    if "ignored_header_members" in written and provider.name == SPIFFE:
        return "ignored_header_members: the header of a JWT-SVID has alg, kid and typ alone; leave it out"
    return None


def _certificate_problem(keys: KeysPart, provider: Provider, written: frozenset[str]) -> str | None:
    has_certificates = provider.certificate_claims is not None
    if keys.certificates and not has_certificates:
        return f"{provider.name} has no client certificates: certificates go with device and spiffe"
    if keys.certificates and (useless := sorted(_ABOUT_TOKENS & written)):
        return f"{', '.join(useless)}: that is about tokens, and certificates are none; leave it out"
    if "revoked" in written and not (keys.certificates or provider.name == SPIFFE):
        return "revoked is about client certificates, and this issuer has none; leave it out"
    return None


def _bundle_problem(keys: KeysPart, provider: Provider) -> str | None:
    if provider.name == SPIFFE and (keys.discovery or keys.pushed):
        return "name the trust domain's jwks_uri (its bundle endpoint), jwks (its bundle) or certificates"
    uses = {provider.key_use, X509_SVID} if provider.name == SPIFFE else {provider.key_use}
    if any(jwk.get("use", SIG) not in uses for jwk in (keys.jwks or {}).get("keys", [])):
        return f"keys of {provider.name} say use: {' or '.join(sorted(uses))}"
    return None


def _provider(name: str) -> str:
    if name not in provider_names():
        raise ValueError(f"this version knows {', '.join(provider_names())}")
    return name


def _algorithm(name: str) -> str:
    if name not in ALGORITHMS:
        raise ValueError(f"one of {', '.join(ALGORITHMS)}; there is no none, and no shared secrets")
    return name


# The schema for editors does not list the providers, so that a new one stays one new file.
ProviderName = Annotated[str, AfterValidator(_provider), WithJsonSchema({"type": "string", "pattern": "^[a-z0-9-]+$"})]
Algorithm = Annotated[str, AfterValidator(_algorithm), WithJsonSchema({"type": "string", "enum": list(ALGORITHMS)})]
Environment = Annotated[str, Field(pattern=DOCUMENT_ID, description=WORDS[DOCUMENT_ID])]
Environments = Annotated[list[Environment], AfterValidator(distinct), Field(min_length=1, max_length=16)]
TokenAudience = Annotated[str, Field(pattern=TOKEN_AUDIENCE, description=WORDS[TOKEN_AUDIENCE])]


def _claim_name(name: str) -> str:
    if name in REGISTERED:
        raise ValueError(f"{name} says something else in every token: name the claim that holds the audience")
    return name


def _header_member(name: str) -> str:
    if name in NEVER_IGNORED:
        raise ValueError(f"{name} changes what the signature means, and is refused always")
    if name in USED:
        raise ValueError(f"{name} is read in every token")
    return name


ClaimName = Annotated[str, Field(pattern=MEMBER, description="A claim, by its name."), AfterValidator(_claim_name)]
HeaderMember = Annotated[str, Field(pattern=MEMBER, description="A member's name."), AfterValidator(_header_member)]


def _optional_issuer(schema: dict[str, Any]) -> None:
    """For editors: `issuer` may be left out where the provider has a preset, which they need not know."""
    schema["required"].remove("issuer")


class IssuerDocument(TrustDocument):
    """Whom we believe, and with which keys."""

    model_config = ConfigDict(json_schema_extra=_optional_issuer)

    kind: Literal["Issuer"]
    provider: Annotated[ProviderName, Field(description="What kind of identity provider it is.")]
    keys: Annotated[
        KeysPart, Field(default_factory=lambda: KeysPart(discovery=True), description="Where its keys come from.")
    ]
    issuer: Annotated[
        IssuerName,
        Field(
            description="Compared exactly with `iss`, a trust domain with that of `sub`; some providers have but one."
        ),
    ]
    audiences: Annotated[
        list[TokenAudience],
        AfterValidator(distinct),
        Field(default_factory=list, max_length=16, description="What `aud` may be; none: this bridge's own URL."),
    ]
    audience_claim: Annotated[
        ClaimName | None,
        Field(description="The claim that stands for `aud` in tokens that have no `aud` at all."),
    ] = None
    other_audiences: Annotated[
        list[TokenAudience],
        AfterValidator(distinct),
        Field(default_factory=list, max_length=15, description="What may stand in `aud` beside one of `audiences`."),
    ]
    ignored_header_members: Annotated[
        list[HeaderMember],
        AfterValidator(distinct),
        Field(default_factory=list, max_length=16, description="What its tokens' headers have besides; never read."),
    ]
    revoked: Annotated[
        list[Serial], Field(default_factory=list, max_length=1000, description="Client certificates that it revoked.")
    ]
    algorithms: Annotated[
        list[Algorithm],
        AfterValidator(distinct),
        Field(default_factory=lambda: list(DEFAULT_ALGORITHMS), min_length=1, description="Which signatures it makes."),
    ]
    max_token_age: Annotated[TokenAge, Field(description="The longest time since `iat`, and the longest lifetime.")] = (
        DEFAULT_MAX_TOKEN_AGE
    )
    single_use: Annotated[bool, Field(description="true: a token is exchanged once.")] = False
    max_auth_age: Annotated[AuthAge | None, Field(description="The longest time since a person signed in.")] = None
    tenant: Tenant | None = None
    environments: Annotated[
        Environments | None, Field(description="The only ones in which its identities reach anything; absent: any.")
    ] = None
    max_stale: Annotated[MaxStale, Field(description="How long its last good keys hold while it is silent.")] = (
        DEFAULT_MAX_STALE
    )
    rate_limit: Annotated[
        RateLimitPart | None, Field(description="Of all identities that it vouches for, together.")
    ] = None
    events: Annotated[
        EventsPart | None, Field(description="Which security events it may send about its subjects; absent: none.")
    ] = None

    @model_validator(mode="after")
    def _provider_agrees(self) -> Self:
        problem = provider_named(self.provider).issuer_problem(self.issuer) or self._foreign() or self._unreachable()
        problem = problem or self._keyless()
        if problem:
            raise ValueError(problem)
        return self

    def _foreign(self) -> str | None:
        """A stricter provider's issuer must not be had by a laxer one's rules (ATTACKS D3, D10, D15)."""
        owner = owner_of(self.issuer)
        if owner is None or owner.name == self.provider:
            return None
        if owner.name in provider_named(self.provider).guest_of:
            return owner.issuer_problem(self.issuer)
        return f"this issuer is {owner.name}'s: write provider: {owner.name}"

    def _keyless(self) -> str | None:
        """An endpoint that is asked has no tokens of its own, and what has tokens of its own is never asked."""
        asked = provider_named(self.provider).is_asked(self.issuer)
        if asked == bool(self.keys.caller_identity):
            return None
        if asked:
            return "this endpoint signs no tokens, it is asked about requests: write keys: {caller_identity: true}"
        return (
            "caller_identity is for provider: aws and the endpoint of one region: https://sts.us-east-1.amazonaws.com"
        )

    def _unreachable(self) -> str | None:
        """Discovery asks the issuer itself; http on this machine has been refused already where it is not allowed."""
        return fetch_problem(self.issuer, loopback=True) if self.keys.discovery else None

    @model_validator(mode="after")
    def _audiences_agree(self) -> Self:
        both = sorted(set(self.other_audiences) & set(self.audiences))
        if both:
            raise ValueError(f"{', '.join(both)}: in audiences and in other_audiences; it is ours or another's")
        return self

    @model_validator(mode="after")
    def _source_agrees(self) -> Self:
        written = frozenset(self.model_fields_set)
        provider = provider_named(self.provider)
        problem = source_problem(self.issuer, self.keys, provider, written)
        if problem is None and self.events is not None:
            problem = events_problem(self.keys, provider)
        if problem:
            raise ValueError(problem)
        return self
