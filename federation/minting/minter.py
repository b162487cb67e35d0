"""Turns an Authorization into a token, and nothing else into anything."""

from dataclasses import dataclass

from federation.audit.record import AuditRecord
from federation.minting.claims import build_claims
from federation.minting.commit import Commit
from federation.minting.current_key import CurrentKey
from federation.minting.jws import signing_input
from federation.model.authorization import Authorization
from federation.model.tokens import IssuedToken
from federation.ports import Identifiers


@dataclass(frozen=True, slots=True)
class Minter:
    """Mints under our issuer URL with the current key."""

    issuer: str
    key: CurrentKey
    identifiers: Identifiers
    commit: Commit

    def mint(self, authorization: Authorization, record: AuditRecord) -> IssuedToken:
        """The signed token; raises what the commit raises. Every token has a jti of its own."""
        key, key_set = self.key.get()
        jti = self.identifiers.new()
        message = signing_input(key, build_claims(authorization, self.issuer, jti))
        token = self.commit.seal(
            entry=record.allowed(jti, key.kid),
            uses=authorization.one_time,
            documents=(*authorization.documents, key_set),
            key=key,
            message=message,
        )
        return IssuedToken(
            token=token,
            jti=jti,
            key_id=key.kid,
            expires_at=authorization.expires_at,
            lifetime=authorization.lifetime,
            scopes=authorization.scopes,
            issued_token_type=authorization.issued_token_type,
        )
