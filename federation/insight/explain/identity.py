"""Whose claims they are: the checks of a real token, as far as they can be made without its signature."""

from collections.abc import Iterable
from hashlib import sha256
from json import dumps

from msgspec import Struct

from federation.insight.explain.question import CHECKED, NOT_CHECKED, Identity, Selected, assuming, ours, ourselves
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.json import Claims
from federation.model.keys import SIGNING_KEYS
from federation.model.own_claims import read_own
from federation.model.tokens import VerifiedToken
from federation.model.trust import DocumentVersion, Issuer
from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock, FetchFailed
from federation.verification.claims import read_subject
from federation.verification.compact import OF_ISSUERS, UnverifiedJwt, check_members, parse_compact
from federation.verification.discovery import KeySource
from federation.verification.foreign_claims import check_claims
from federation.verification.issuers import TrustedIssuers
from federation.verification.key_cache import KeyCache
from federation.verification.providers import provider_named
from federation.verification.spiffe_id import SPIFFE, trust_domain_of
from federation.verification.verifier import TokenVerifier


class Identities(Struct, frozen=True):
    """Reads identities by the documents of one snapshot. Nothing is fetched and no text of a token is kept."""

    snapshot: Snapshot
    own_issuer: str
    """Our URL."""
    trusted: TrustedIssuers

    def unverified(self, identity: Identity) -> Claims:
        """What it says of itself; raises InvalidRequest for a text that is no token."""
        return identity.claims if identity.token is None else _parsed(identity.token).unverified_claims

    def select(self, identity: Identity, now: int) -> Selected:
        """The issuer whose claims they are; raises InvalidRequest."""
        if identity.token is not None:
            return self._of_token(_parsed(identity.token))
        if identity.claims.get("iss") == self.own_issuer:
            return ours(self.own_issuer, identity.claims, now)
        if identity.issuer is not None:
            issuer = _named(self.snapshot.issuers(), identity.issuer)
            return _still_theirs(assuming(issuer, identity.claims, self.own_issuer, now))
        return self._of_claims(identity.claims, now)

    def check(self, selected: Selected, identity: Identity, clock: Clock) -> tuple[VerifiedToken, str]:
        """What the claims would prove, and whether a signature was checked; raises a typed OAuthError."""
        if selected.ours:
            return _own(selected, identity, clock), selected.signature
        if selected.by_connection:
            return _by_connection(selected, identity), selected.signature
        if selected.jwt is None:
            return _unsigned(selected, identity, clock), selected.signature
        try:
            return self._verify(selected.jwt, identity, clock), CHECKED
        except TemporarilyUnavailable:
            check_members(selected.jwt.unverified_header, selected.issuer.ignored_header_members)
            provider_named(selected.issuer.provider).check_header(selected.jwt.unverified_header, identity.token_type)
            return _unsigned(selected, identity, clock), NOT_CHECKED

    def _verify(self, jwt: UnverifiedJwt, identity: Identity, clock: Clock) -> VerifiedToken:
        """The real verifier, with the keys that stand in the document and no others."""
        keys = KeyCache(KeySource(_Nowhere()), clock, _nobody_listens)
        return TokenVerifier(self.trusted, keys, provider_named, clock).verify_jwt(jwt, identity.token_type)

    def _of_token(self, jwt: UnverifiedJwt) -> Selected:
        claims = jwt.unverified_claims
        if claims.get("iss") == self.own_issuer:
            return Selected(ourselves(self.own_issuer), claims, NOT_CHECKED, jwt=jwt, ours=True)
        return Selected(self.trusted.select(claims), claims, NOT_CHECKED, jwt=jwt)

    def _of_claims(self, claims: Claims, now: int) -> Selected:
        known = [one for one in self.snapshot.issuers() if one.issuer == claims.get("iss") and one.enabled]
        if "aud" not in claims and len(known) == 1 and known[0].audience_claim not in claims:
            return assuming(known[0], claims, self.own_issuer, now)
        issuer = self.trusted.select(claims)
        return assuming(issuer, claims, self.own_issuer, now)


def _parsed(token: str) -> UnverifiedJwt:
    return parse_compact(token, OF_ISSUERS)


class _Nowhere:
    """A Fetcher for whom there is no network."""

    def fetch(self, url: str) -> bytes:
        raise FetchFailed(f"{url} is not fetched to explain anything")


def _nobody_listens(_issuer: str, _what: str) -> None:
    return None


def _named(issuers: Iterable[Issuer], id_: str) -> Issuer:
    found = next((one for one in issuers if one.id == id_), None)
    if found is None or not found.enabled:
        raise InvalidRequest(
            Reason.UNTRUSTED_ISSUER, f"issuer {id_} is disabled" if found else f"there is no issuer {id_}"
        )
    return found


def _still_theirs(selected: Selected) -> Selected:
    """A document that names another issuer by now vouches no more for whom it vouched then; raises InvalidRequest."""
    issuer, claims = selected.issuer, selected.claims
    domain = trust_domain_of(claims.get("sub")) if issuer.provider == SPIFFE else None
    named = claims.get("iss") if issuer.provider != SPIFFE and not selected.by_connection else domain
    if named not in (None, issuer.issuer):
        raise InvalidRequest(Reason.UNTRUSTED_ISSUER, f"issuer {issuer.id} names another one by now")
    return selected


def _own(selected: Selected, identity: Identity, clock: Clock) -> VerifiedToken:
    claims = selected.claims
    own = read_own(claims, DocumentVersion(SIGNING_KEYS, 0))
    expires_at = claims.get("exp")
    if not isinstance(expires_at, int):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "exp")
    if expires_at <= clock.now():
        raise InvalidRequest(Reason.TOKEN_EXPIRED, f"{int(clock.now() - expires_at)} seconds ago")
    return VerifiedToken(
        issuer=selected.issuer,
        token_type=identity.token_type,
        subject=own.principal,
        issued_at=own.issued_at,
        expires_at=expires_at,
        digest=_digest(claims),
        claims=claims,
        own=own,
    )


def _by_connection(selected: Selected, identity: Identity) -> VerifiedToken:
    claims = selected.claims
    return VerifiedToken(
        issuer=selected.issuer,
        token_type=identity.token_type,
        subject=read_subject(claims),
        issued_at=int(str(claims["iat"])),
        expires_at=int(str(claims["exp"])),
        digest=_digest(claims),
        claims=claims,
    )


def _unsigned(selected: Selected, identity: Identity, clock: Clock) -> VerifiedToken:
    checked = check_claims(selected.claims, selected.issuer, provider_named(selected.issuer.provider), clock.now())
    return VerifiedToken(
        issuer=selected.issuer,
        token_type=identity.token_type,
        subject=checked.subject,
        issued_at=checked.times.issued_at,
        expires_at=checked.times.expires_at,
        digest=_digest(selected.claims),
        claims=checked.claims,
        unaccounted=checked.unaccounted,
        misshapen=checked.misshapen,
    )


def _digest(claims: Claims) -> str:
    return sha256(dumps(claims, sort_keys=True, default=str).encode()).hexdigest()
