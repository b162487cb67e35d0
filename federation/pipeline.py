"""THE sequence of steps by which a request is decided (DESIGN section 3).

The exchange runs it on what it verifies, `explain` on what a question supposes: other evidence, the same steps. Each
step yields a value that says what has been proven, and the next one takes that value. A step that refuses raises an
OAuthError that carries its name. No step can be left out.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from msgspec import Struct

from federation.authentication.client_credentials import as_verified_token
from federation.mapping.principals import Principals
from federation.model.authorization import TokenTerms
from federation.model.binding import ProvenKeys
from federation.model.tokens import Acting, Caller, VerifiedToken
from federation.model.trust import MappedPrincipal
from federation.oauth.identifiers import GrantType
from federation.oauth.request import ExchangeRequest
from federation.oauth.steps import Step, at
from federation.policy.authorizer import Authorizer
from federation.ports import Clock


class Callers(Protocol):
    """Authenticates clients."""

    def authenticate(self, request: ExchangeRequest) -> Caller:
        """Who asks, by a grant that is theirs; raises a typed OAuthError."""
        ...


class Proofs(Protocol):
    """Verifies proofs of possession."""

    def verify(self, request: ExchangeRequest) -> ProvenKeys:
        """The keys that the request proves; raises a typed OAuthError."""
        ...


class Tokens(Protocol):
    """Verifies subject and actor tokens."""

    def verify_subject(self, request: ExchangeRequest) -> VerifiedToken:
        """What the subject token proves; raises a typed OAuthError."""
        ...

    def verify_actor(self, request: ExchangeRequest) -> VerifiedToken | None:
        """What the actor token proves, None if there is none; raises a typed OAuthError."""
        ...


class Recorder(Protocol):
    """Is told what each step has proven, as soon as it has."""

    client: Caller | None
    proven: ProvenKeys | None
    subject: VerifiedToken | None
    actor: VerifiedToken | None
    mapped: MappedPrincipal | None
    acting: Acting | None
    terms: TokenTerms | None

    def done(self, step: str, /) -> None:
        """That step has come to its end."""
        ...


Admit: TypeAlias = Callable[[Caller, VerifiedToken], None]
"""Counts the request once it is proven who asks; raises TooManyRequests."""


class Pipeline(Struct, frozen=True):
    """Decides requests on one kind of evidence."""

    callers: Callers
    proofs: Proofs
    tokens: Tokens
    mapper: Principals
    policy: Authorizer
    clock: Clock

    def decide(self, request: ExchangeRequest, record: Recorder, admit: Admit) -> TokenTerms:
        """What the token would have; raises a typed OAuthError that carries its step."""
        with at(Step.CLIENT):
            record.client = client = self.callers.authenticate(request)
        record.done(Step.CLIENT)
        with at(Step.PROOF):
            record.proven = proven = self.proofs.verify(request)
        record.done(Step.PROOF)
        with at(Step.CLAIMS):
            record.subject = subject = self._subject(client, request)
        record.done(Step.CLAIMS)
        with at(Step.ACTOR, whole=True):
            record.actor = actor = self.tokens.verify_actor(request)
        record.done(Step.ACTOR)
        with at(Step.LIMITS):
            admit(client, subject)
        record.done(Step.LIMITS)
        with at(Step.MAPPING):
            record.mapped = mapped = self.mapper.resolve(subject, request)
        record.done(Step.MAPPING)
        with at(Step.ACTOR, whole=True):
            record.acting = acting = self.mapper.resolve_actor(actor, request)
        record.done(Step.ACTOR)
        record.terms = terms = self.policy.authorize(client, proven, subject, acting, mapped, request)
        record.done(Step.POLICY)
        return terms

    def _subject(self, client: Caller, request: ExchangeRequest) -> VerifiedToken:
        """What the subject token proves; a client that brought none has proven itself."""
        if client.client is not None and request.grant is GrantType.CLIENT_CREDENTIALS:
            return as_verified_token(client.client, self.clock.now())
        return self.tokens.verify_subject(request)
