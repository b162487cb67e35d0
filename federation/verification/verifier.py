"""Is a token what it claims: any JWT, ours or foreign."""

from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from typing import ClassVar, Protocol, TypeAlias

from msgspec import Struct

from federation.model.json import Claims
from federation.model.tokens import VerifiedToken
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest, OAuthError
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.oauth.steps import Step, at
from federation.ports import Clock
from federation.value import Redacted
from federation.verification.algorithms import allowed_algorithm
from federation.verification.compact import OF_ISSUERS, UnverifiedJwt, check_members, parse_compact
from federation.verification.foreign_claims import check_claims
from federation.verification.held_keys import ResolvedKey
from federation.verification.issuers import TrustedIssuers
from federation.verification.jwk import VerificationKey
from federation.verification.key_cache import KeyCache
from federation.verification.own_tokens import OwnTokenVerifier
from federation.verification.provider import Provider

_AT_ISSUER = at(Step.ISSUER)


class UnverifiedToken(Redacted, Struct, frozen=True):
    """A token of which nothing is proven yet."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"token", "client_certificate"})

    token: str
    token_type: TokenType
    client_certificate: str | None = None
    """PEM of the TLS client certificate as the gateway saw it."""
    source_ip: str = ""
    """Of the request, as the gateway saw it."""


class TokenTypeVerifier(Protocol):
    """Verifies one kind of token."""

    def verify(self, presented: UnverifiedToken) -> VerifiedToken:
        """The identity that the token proves; raises a typed OAuthError."""
        ...


class TokenVerifiers(Struct, frozen=True):
    """Subject and actor tokens of every kind that is spoken here."""

    kinds: ReadOnly[TokenType, TokenTypeVerifier]

    def verify_subject(self, request: ExchangeRequest) -> VerifiedToken:
        """What the subject token proves; raises a typed OAuthError."""
        if request.subject_token is None or request.subject_token_type is None:
            raise InvalidRequest(Reason.MISSING_SUBJECT_TOKEN)
        return self._verify(request, request.subject_token, request.subject_token_type)

    def verify_actor(self, request: ExchangeRequest) -> VerifiedToken | None:
        """What the actor token proves, None if there is none: a bad one is refused, never dropped (ATTACKS H2)."""
        if request.actor_token is None or request.actor_token_type is None:
            return None
        return self._verify(request, request.actor_token, request.actor_token_type)

    def _verify(self, request: ExchangeRequest, token: str, token_type: TokenType) -> VerifiedToken:
        kind = self.kinds.get(token_type)
        if kind is None:
            raise InvalidRequest(Reason.UNSUPPORTED_SUBJECT_TOKEN_TYPE)
        return kind.verify(UnverifiedToken(token, token_type, request.client_certificate, request.source_ip))


Providers: TypeAlias = Callable[[str], Provider]
"""The provider of that name."""

JWT_TYPES = (TokenType.JWT, TokenType.ID_TOKEN, TokenType.ACCESS_TOKEN)
"""What is verified here; every other type has a TokenTypeVerifier of its own."""


class TokenVerifier:
    """Verifies foreign JWTs. Every refusal is an InvalidRequest, or TemporarilyUnavailable for lack of keys."""

    def __init__(self, issuers: TrustedIssuers, keys: KeyCache, providers: Providers, clock: Clock) -> None:
        self._issuers = issuers
        self._keys = keys
        self._providers = providers
        self._clock = clock

    def verify(self, presented: UnverifiedToken) -> VerifiedToken:
        """What the token proves; raises a typed OAuthError."""
        # 1. Shape: nothing that two readers could read differently.
        with _AT_ISSUER:
            jwt = parse_compact(presented.token, OF_ISSUERS)
        return self.verify_jwt(jwt, presented.token_type)

    def verify_jwt(self, jwt: UnverifiedJwt, token_type: TokenType) -> VerifiedToken:
        """What the token, sent as `token_type`, proves; raises a typed OAuthError."""
        # 2. Issuer: exactly one that we trust, for exactly us; a stranger costs nothing.
        with _AT_ISSUER:
            issuer = self._issuers.select(jwt.unverified_claims)
        try:
            return self.verify_from(issuer, jwt, token_type)
        except OAuthError as refusal:
            refusal.unverified_issuer, refusal.unverified_tenant = issuer.id, issuer.tenant
            raise

    def verify_from(self, issuer: Issuer, jwt: UnverifiedJwt, token_type: TokenType) -> VerifiedToken:
        """The same for a token that must be from that enabled issuer; its `aud` is not judged."""
        check_members(jwt.unverified_header, issuer.ignored_header_members)
        _check_has_keys(issuer)
        provider = self._providers(issuer.provider)
        # 3. Purpose: made for the slot that it was sent in.
        provider.check_header(jwt.unverified_header, token_type)
        # 4-6. Algorithm the issuer may use, key of that issuer and kind, signature over these very bytes.
        resolved = self._check_signature(jwt, issuer, provider)
        # 7-8. Valid now, and of the form that its provider documents.
        return self._check_claims(jwt, issuer, provider, token_type, resolved)

    def _check_signature(self, jwt: UnverifiedJwt, issuer: Issuer, provider: Provider) -> ResolvedKey:
        algorithm = allowed_algorithm(jwt.unverified_header.alg, issuer.algorithms)
        resolved = self._keys.resolve(issuer, jwt.unverified_header.kid, algorithm, provider.key_use)
        if not algorithm.verify(resolved.key.public_key, jwt.signing_input, jwt.signature):
            raise InvalidRequest(Reason.BAD_SIGNATURE)
        return resolved

    def _check_claims(
        self, jwt: UnverifiedJwt, issuer: Issuer, provider: Provider, token_type: TokenType, resolved: ResolvedKey
    ) -> VerifiedToken:
        claims = jwt.unverified_claims  # verified by now: `verify_from` is the only caller
        checked = check_claims(claims, issuer, provider, self._clock.now())
        _check_key_issuer(resolved.key, provider, claims)
        return VerifiedToken(
            issuer=issuer,
            token_type=token_type,
            subject=checked.subject,
            issued_at=checked.times.issued_at,
            expires_at=checked.times.expires_at,
            digest=jwt.digest,
            claims=checked.claims,
            key_id=resolved.key.kid,
            keys_stale=resolved.stale,
            keys_as_of=resolved.as_of,
            unaccounted=checked.unaccounted,
            misshapen=checked.misshapen,
        )


def _check_has_keys(issuer: Issuer) -> None:
    """An endpoint that is asked about requests signs no tokens: not unavailable, but never to be had."""
    if issuer.keys.caller_identity:
        raise InvalidRequest(Reason.UNTRUSTED_ISSUER, f"issuer {issuer.id} signs no tokens")


def _check_key_issuer(key: VerificationKey, provider: Provider, claims: Claims) -> None:
    """Issuers that share a set of keys say there whose each key is (ATTACKS D14)."""
    problem = None if key.issuer is None else provider.key_problem(claims, key.issuer)
    if problem:
        raise InvalidRequest(Reason.UNUSABLE_KEY, problem)


class JwtVerifier(Struct, frozen=True):
    """Verifies any JWT."""

    own: OwnTokenVerifier
    foreign: TokenVerifier

    def verify(self, presented: UnverifiedToken) -> VerifiedToken:
        """What the token proves; raises a typed OAuthError."""
        with _AT_ISSUER:
            jwt = parse_compact(presented.token, OF_ISSUERS)
        if jwt.unverified_claims.get("iss") == self.own.issuer:
            return self.own.verify(jwt, presented.token_type)
        return self.foreign.verify_jwt(jwt, presented.token_type)
