"""Turns an Authorization into a token, and nothing else into anything."""

from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from federation.audit.record import AuditRecord
from federation.minting.commit import Commit
from federation.minting.current_key import CurrentKey
from federation.minting.jws import signing_input
from federation.minting.pending_token import UNCONDITIONAL, Conditions, PendingToken
from federation.model.authorization import Authorization
from federation.model.binding import DPOP
from federation.model.json import Json, JsonObject
from federation.model.own_claims import build_claims
from federation.model.revocation_keys import key_texts, keys_of_authorized
from federation.model.status_list import StatusReference, status_reference
from federation.model.tokens import IssuedToken
from federation.oauth.identifiers import BEARER
from federation.ports import Identifiers, KeptToken


class Minter(Struct, frozen=True):
    """Mints under our issuer URL with the current key."""

    issuer: str
    key: CurrentKey
    identifiers: Identifiers
    commit: Commit

    def mint(
        self, authorization: Authorization, record: AuditRecord, conditions: Conditions = UNCONDITIONAL
    ) -> IssuedToken:
        """The token; raises what the commit raises. Every token has a jti of its own."""
        if not isinstance(authorization, Authorization):
            raise TypeError("nothing is minted but an Authorization")
        mint = self._opaque if authorization.opaque else self._signed
        return mint(authorization, record, conditions)

    def _signed(self, authorization: Authorization, record: AuditRecord, conditions: Conditions) -> IssuedToken:
        key, key_set = self.key.get()
        jti = self.identifiers.new()
        status = self._status(authorization, jti)
        message = signing_input(key, build_claims(authorization, self.issuer, jti, status.claim), authorization.typ)
        entry = record.allowed(jti, kid=key.kid, **_found_by(authorization, jti, status))
        pending = replace(_pending(authorization, entry, conditions), documents=(*authorization.documents, key_set))
        return _issued(authorization, self.commit.seal(pending, key, message), jti, key.kid)

    def _opaque(self, authorization: Authorization, record: AuditRecord, conditions: Conditions) -> IssuedToken:
        """A reference of 256 bits. Only its digest is kept, so a reader of the store cannot use it."""
        jti, text = self.identifiers.new(), self.identifiers.new() + self.identifiers.new()
        claims, status = build_claims(authorization, self.issuer, jti), self._status(authorization, jti)
        entry = record.allowed(jti, **_found_by(authorization, jti, status))
        kept = KeptToken(sha256(text.encode()).hexdigest(), claims, authorization.expires_at)
        self.commit.keep(replace(_pending(authorization, entry, conditions), kept=kept))
        return _issued(authorization, text, jti)

    def _status(self, authorization: Authorization, jti: str) -> StatusReference:
        return status_reference(self.issuer, authorization.expires_at, jti)


def _found_by(authorization: Authorization, jti: str, status: StatusReference) -> dict[str, Json]:
    """What searches of the trail look at: the same of every token, also of one that names no status list."""
    return {"status_idx": status.index, "revocation_keys": key_texts(keys_of_authorized(authorization, jti))}


def _pending(authorization: Authorization, entry: JsonObject, conditions: Conditions) -> PendingToken:
    return PendingToken(
        entry=entry,
        documents=authorization.documents,
        uses=authorization.one_time,
        not_revoked=authorization.not_revoked,
        risks=authorization.risks,
        conditions=conditions,
    )


def _issued(authorization: Authorization, text: str, jti: str, key_id: str | None = None) -> IssuedToken:
    bound_by_dpop = authorization.binding is not None and authorization.binding.jkt is not None
    return IssuedToken(
        token=text,
        jti=jti,
        key_id=key_id,
        expires_at=authorization.expires_at,
        lifetime=authorization.lifetime,
        scopes=authorization.scopes,
        issued_token_type=authorization.issued_token_type,
        token_type=DPOP if bound_by_dpop else BEARER,
        authorization_details=authorization.authorization_details,
    )
