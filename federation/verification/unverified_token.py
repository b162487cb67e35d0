"""What a caller presents as subject or actor, and who knows how to verify that kind of thing."""

from collections.abc import Mapping as ReadOnly
from typing import ClassVar, Protocol

from msgspec import Struct

from federation.model.tokens import VerifiedToken
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.value import Redacted


class UnverifiedToken(Redacted, Struct, frozen=True):
    """A token of which nothing is proven yet."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"token", "client_certificate"})

    token: str
    token_type: TokenType
    client_certificate: str | None = None
    """PEM of the TLS client certificate as the gateway saw it."""


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
        return self._verify(
            UnverifiedToken(request.subject_token, request.subject_token_type, request.client_certificate)
        )

    def verify_actor(self, request: ExchangeRequest) -> VerifiedToken | None:
        """What the actor token proves, None if there is none: a bad one is refused, never dropped (ATTACKS H2)."""
        if request.actor_token is None or request.actor_token_type is None:
            return None
        return self._verify(UnverifiedToken(request.actor_token, request.actor_token_type, request.client_certificate))

    def _verify(self, presented: UnverifiedToken) -> VerifiedToken:
        kind = self.kinds.get(presented.token_type)
        if kind is None:
            raise InvalidRequest(Reason.UNSUPPORTED_SUBJECT_TOKEN_TYPE)
        return kind.verify(presented)
