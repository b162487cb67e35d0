"""Whether a text is a security event token that its issuer sent to us (RFC 8417, SSF 1.0 section 4).

A slot of its own: what is accepted here is accepted nowhere else, and nothing else is accepted here. A SET has `typ`
secevent+jwt and never an `exp`, so its age is bounded by `iat`, and a `jti` by which it is known again.
"""

from collections.abc import Mapping as ReadOnly

from msgspec import Struct
from msgspec.structs import replace

from federation.model.json import Claims, Json, JsonObject
from federation.model.names import IssuerName
from federation.model.security_event import BY_URI, OF_STREAMS, SecurityEvent
from federation.model.tokens import SKEW
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest, OAuthError
from federation.oauth.reasons import Reason
from federation.ports import Clock, IssuerDirectory
from federation.verification.algorithms import allowed_algorithm
from federation.verification.claims import MAX_JTI, numeric_date
from federation.verification.compact import OF_ISSUERS, UnverifiedJwt, check_members, parse_compact
from federation.verification.event_subjects import event_subject
from federation.verification.key_cache import KeyCache
from federation.verification.token_typ import normalised

TYP = "secevent+jwt"
MAX_AGE = 12 * 60 * 60
"""Seconds since `iat`: a transmitter sends again what was not acknowledged, and a revocation that is late is still
one. Shorter than a `jti` is remembered."""


class SecurityEventVerifier(Struct, frozen=True):
    """`own_issuer`: our URL, the audience of streams whose document names none."""

    issuers: IssuerDirectory
    keys: KeyCache
    own_issuer: str
    clock: Clock

    def verify(self, text: str) -> SecurityEvent:
        """What the SET says; raises InvalidRequest, or TemporarilyUnavailable for lack of the issuer's keys."""
        jwt = parse_compact(text, OF_ISSUERS)
        _check_form(jwt)
        issuer = self._select(jwt.unverified_claims)
        try:
            self._check_signature(jwt, issuer)
        except OAuthError as refusal:
            refusal.unverified_issuer = issuer.id
            raise
        return self._read(jwt, issuer)

    def _select(self, claims: Claims) -> Issuer:
        """The one enabled issuer whose document has a stream of that `iss` and `aud`."""
        iss = claims.get("iss")
        if not isinstance(iss, str):
            raise InvalidRequest(Reason.MALFORMED_CLAIMS, "iss")
        audience = _audience(claims.get("aud"))
        found = self.issuers.issuers_named([IssuerName("events", iss, each) for each in ("", audience)]).issuers
        sending = [one for one in found if one.enabled and one.issuer == iss and one.events is not None]
        if not sending:
            raise InvalidRequest(Reason.UNTRUSTED_ISSUER, "no enabled issuer of that iss has a stream for that aud")
        owners = [one for one in sending if one.events and (one.events.audience or self.own_issuer) == audience]
        if not owners:
            raise InvalidRequest(Reason.WRONG_AUDIENCE, "aud is another stream's")
        if len(owners) > 1:
            raise InvalidRequest(Reason.AMBIGUOUS_ISSUER, " ".join(sorted(one.id for one in owners)))
        return owners[0]

    def _check_signature(self, jwt: UnverifiedJwt, issuer: Issuer) -> None:
        check_members(jwt.unverified_header, issuer.ignored_header_members)
        algorithm = allowed_algorithm(jwt.unverified_header.alg, issuer.algorithms)
        resolved = self.keys.resolve(issuer, jwt.unverified_header.kid, algorithm)
        if resolved.key.issuer is not None:
            raise InvalidRequest(Reason.UNUSABLE_KEY, "the key is for others' tokens")
        if not algorithm.verify(resolved.key.public_key, jwt.signing_input, jwt.signature):
            raise InvalidRequest(Reason.BAD_SIGNATURE)

    def _read(self, jwt: UnverifiedJwt, issuer: Issuer) -> SecurityEvent:
        claims = jwt.unverified_claims  # verified by now: `verify` is the only caller
        issued_at = self._issued_at(claims)
        uri, payload = _one_event(claims.get("events"))
        event = SecurityEvent(
            issuer=issuer,
            uri=uri,
            jti=str(claims["jti"]),
            issued_at=issued_at,
            digest=jwt.digest,
            key_id=jwt.unverified_header.kid,
            payload=payload,
        )
        return event if uri in OF_STREAMS else _about_subject(event, claims)

    def _issued_at(self, claims: Claims) -> int:
        issued_at, now = numeric_date(claims, "iat"), self.clock.now()
        if issued_at is None:
            raise InvalidRequest(Reason.MALFORMED_CLAIMS, "iat is missing")
        if issued_at > now + SKEW:
            raise InvalidRequest(Reason.TOKEN_NOT_YET_VALID)
        if issued_at < now - MAX_AGE:
            raise InvalidRequest(Reason.EVENT_TOO_OLD, f"{int(now - issued_at)} seconds")
        return issued_at


def _check_form(jwt: UnverifiedJwt) -> None:
    """Before any key is looked for: what can be of no SET costs nothing, and what cannot be tracked is refused."""
    claims = jwt.unverified_claims
    if normalised(jwt.unverified_header.typ) != TYP:
        raise InvalidRequest(Reason.WRONG_TOKEN_TYP, f"typ is not {TYP}")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= MAX_JTI:
        raise InvalidRequest(Reason.EVENT_WITHOUT_JTI)
    if unfit := sorted({"exp", "sub"} & claims.keys()):
        raise InvalidRequest(Reason.EVENT_LIKE_A_TOKEN, " ".join(unfit))


def _audience(aud: Json) -> str:
    named = aud if isinstance(aud, list) else [aud]
    if len(named) != 1 or not isinstance(named[0], str) or not named[0]:
        raise InvalidRequest(Reason.WRONG_AUDIENCE, "aud is not one text")
    return named[0]


def _one_event(events: Json) -> tuple[str, JsonObject]:
    """A SET of several would be about several things at once (SSF 1.0 section 4.1.6)."""
    if not isinstance(events, ReadOnly) or len(events) != 1:
        raise InvalidRequest(Reason.EVENT_UNSUPPORTED, "not exactly one event")
    ((uri, payload),) = events.items()
    if not isinstance(payload, ReadOnly) or not (uri in BY_URI or uri in OF_STREAMS):
        raise InvalidRequest(Reason.EVENT_UNSUPPORTED, "unknown type, or no object")
    return uri, payload


def _about_subject(event: SecurityEvent, claims: Claims) -> SecurityEvent:
    kind, issuer = BY_URI[event.uri], event.issuer
    if issuer.events is None or kind.value not in issuer.events.types:
        raise InvalidRequest(Reason.EVENT_NOT_ALLOWED, f"issuer {issuer.id} may not send {kind.value}")
    return replace(event, type=kind, subject=event_subject(claims, event.payload, issuer.issuer))
