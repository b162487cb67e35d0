"""The door: one of our own tokens, for federation-admin, with the scope, bound to a key, and still good (O1)."""

import contextlib
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from federation.admin.changes import rfc3339
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.own import OwnMappings, documents_behind
from federation.model.binding import Binding
from federation.model.confirmation import ADMIN_AUDIENCE
from federation.model.history import TRUST_REVISION, Change
from federation.model.one_time import OneTimeUse
from federation.model.own_claims import OwnClaims
from federation.model.revocation_keys import is_revoked, keys_of, subjects_of
from federation.model.tokens import VerifiedToken
from federation.model.trust import DocumentRef, Kind
from federation.oauth.errors import InsufficientScope, InvalidRequest, InvalidToken, TemporarilyUnavailable
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.policy.ceilings import Way
from federation.ports import AlreadyUsed, Clock, CurrentState, CurrentVersionsQuery, OneTimeClaims
from federation.verification.compact import parse_compact
from federation.verification.own_tokens import AdminTokens
from federation.verification.proofs.resource_request import PresentedToken, read_authorization


class Admin(Struct, frozen=True):
    """Made by the guard alone."""

    principal: str
    scopes: frozenset[str]
    tenant: str | None = None
    """None: a global admin."""
    actors: tuple[str, ...] = ()
    """Who acts for the principal, the current actor first."""
    came: OwnClaims | None = None
    """What the token said by which they came in; None: there was no token."""
    revision: int | None = None
    """Of trust, when they came in; None: it is not known, or not that any more."""

    def change(self, clock: Clock, why: str, request: str) -> Change:
        """What is kept of a write of theirs. `request`: its correlation id."""
        return Change(
            self.principal, rfc3339(clock.now()), why, request, self.actors, self.tenant, tuple(sorted(self.subjects))
        )

    @property
    def subjects(self) -> frozenset[str]:
        """The people behind the principal and the actors, whatever mappings call them."""
        return frozenset(key.value for key in subjects_of(self.came)) if self.came else frozenset()


_AUDIENCE = DocumentRef(Kind.AUDIENCE, ADMIN_AUDIENCE)
MOVES = 3
"""In a row, while somebody asks: a rotation, the next standby, and their publication move the key set one by one."""


class CallerProof(Protocol):
    """Whether the caller has the key that a token is bound to."""

    def check(
        self, http: HttpRequest, presented: PresentedToken, binding: Binding | None, urls: frozenset[str]
    ) -> tuple[OneTimeUse, ...]:
        """What must be claimed before anything rests on the token; raises InvalidToken."""
        ...


class _KeysMoved(TemporarilyUnavailable):
    """Our key set is not the one that was remembered."""


class Guard(Struct, frozen=True):
    """Makes Admins."""

    tokens: AdminTokens
    proofs: CallerProof
    state: CurrentState
    claims: OneTimeClaims
    urls: Callable[[str], frozenset[str]]
    """Path -> the public URLs of it."""
    forget_keys: Callable[[], None]
    """Our own key set is read again when it is next asked for."""
    bearer: bool = False
    """Whether a token that is bound to no key will do: on a laptop only."""

    def admit(self, http: HttpRequest, scope: str) -> Admin:
        """Who asks; raises InvalidToken, or TemporarilyUnavailable."""
        for _ in range(MOVES):
            with contextlib.suppress(_KeysMoved):
                return self._admit(http, scope)
            self.forget_keys()
        return self._admit(http, scope)

    def _admit(self, http: HttpRequest, scope: str) -> Admin:
        presented = read_authorization(http)
        try:
            verified, own = self.tokens.unproven(parse_compact(presented.token), scope)
        except InvalidRequest as error:
            raise InvalidToken(error.reason, error.detail) from error
        if own.binding is None and not self.bearer:
            raise InvalidToken(Reason.UNBOUND_ADMIN_TOKEN)
        uses = self.proofs.check(http, presented, own.binding, self.urls(http.path))
        scopes, revision = self._current(verified, own)
        if scope not in scopes:
            raise InsufficientScope(Reason.MISSING_SCOPE, f"{scope}, by now")
        self._claim(uses, http.correlation_id)
        return Admin(own.principal, scopes, own.tenant, own.actors, own, revision)

    def _current(self, verified: VerifiedToken, own: OwnClaims) -> tuple[frozenset[str], int]:
        """What the token is worth now, and as of which revision of trust; by one read of all that it rests on."""
        keys, documents = keys_of(own), frozenset({TRUST_REVISION, *(each.ref for each in verified.documents)})
        behind = documents_behind(own) | {_AUDIENCE}
        standing = self.state.standing(CurrentVersionsQuery(documents, keys, whole=behind))
        scopes = _scopes(own, Snapshot.of_stored(standing.documents))
        if any(standing.versions.get(ref, 0) != version for ref, version in verified.documents):
            raise _KeysMoved(Reason.TRUST_CHANGED, "our own keys")
        if is_revoked(keys, own.issued_at, standing.revocations):
            raise InvalidToken(Reason.TOKEN_REVOKED)
        return scopes, standing.versions.get(TRUST_REVISION, 0)

    def _claim(self, uses: tuple[OneTimeUse, ...], correlation_id: str) -> None:
        try:
            self.claims.claim(uses, correlation_id)
        except AlreadyUsed as error:
            raise InvalidToken(Reason.PROOF_REPLAYED, str(error)) from error


def _scopes(own: OwnClaims, trust: Snapshot) -> frozenset[str]:
    """Those of the token that its mapping, its client and the Audience would still give; raises InvalidToken."""
    principals = OwnMappings(trust, trust)
    try:
        mapped = principals.resolve(own)
        client, _ = principals.issued_to(own)
    except InvalidRequest as error:
        raise InvalidToken(Reason.TOKEN_REVOKED, error.detail) from error
    issuers = (mapped.issuer, *([mapped.current_actor.issuer] if mapped.current_actor else []))
    audience = next((one for one in trust.audiences() if one.id == ADMIN_AUDIENCE), None)
    target = Way(audience, mapped.mapping, issuers, client).target if audience else None
    return frozenset(own.scopes) & target.scopes if target else frozenset()
