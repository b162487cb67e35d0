"""Who may push an issuer's keys: the issuer, by a key of it that is trusted already, or an admin."""

from dataclasses import dataclass

from federation.issuer_keys.request import KeyPush
from federation.model.admin import TRUST_WRITE
from federation.model.json import Json
from federation.model.one_time import OneTimeUse
from federation.model.trust import DocumentVersion, Issuer
from federation.oauth.errors import InvalidRequest, InvalidToken
from federation.oauth.reasons import Reason
from federation.verification.admin_tokens import AdminTokens
from federation.verification.compact import UnverifiedJwt, parse_compact
from federation.verification.held_keys import SharedKeys
from federation.verification.push_tokens import PushTokens
from federation.verification.thumbprint import thumbprint


@dataclass(frozen=True, slots=True)
class Standing:
    """What is trusted under an issuer's id now."""

    issuer: Issuer | None
    """None: there is no document of that id."""
    keys: SharedKeys | None
    """None: none yet."""
    tag: str
    """Names what lies in the store."""


@dataclass(frozen=True, slots=True)
class Pusher:
    """Proof that somebody may give this issuer these keys."""

    issuer: Issuer
    is_admin: bool
    facts: dict[str, Json]
    """Who, for the audit record."""
    uses: tuple[OneTimeUse, ...] = ()
    documents: tuple[DocumentVersion, ...] = ()
    """What the proof rests on."""


def read_token(push: KeyPush) -> UnverifiedJwt:
    """The bearer token, of which nothing is proven yet; raises InvalidToken."""
    try:
        return parse_compact(push.token)
    except InvalidRequest as error:
        raise InvalidToken(error.reason, error.detail) from error


@dataclass(frozen=True, slots=True)
class Pushers:
    """Knows them by their bearer tokens."""

    admins: AdminTokens
    issuers: PushTokens

    def authenticate(self, jwt: UnverifiedJwt, push: KeyPush, standing: Standing) -> Pusher:
        """Who pushes; raises InvalidToken, and what is wrong with the issuer, an InvalidRequest, to admins alone."""
        if jwt.unverified_claims.get("iss") == self.issuers.own_issuer:
            return self._admin(jwt, standing)
        return self._issuer(jwt, push, standing)

    def _admin(self, jwt: UnverifiedJwt, standing: Standing) -> Pusher:
        verified = self.admins.verify(jwt, TRUST_WRITE)
        tenant = verified.claims.get("tenant")
        issuer = standing.issuer if tenant is None else _own(standing.issuer, tenant)
        if issuer is None:
            raise InvalidRequest(Reason.NO_SUCH_ISSUER, status=404)
        if not issuer.keys.pushed:
            raise InvalidRequest(Reason.KEYS_NOT_PUSHED, status=409)
        facts: dict[str, Json] = {
            "pushed_by": "admin",
            "principal": verified.subject,
            "token_jti": verified.claims.get("jti"),
            "token_act": verified.claims.get("act"),
        }
        return Pusher(issuer, is_admin=True, facts=facts, documents=(issuer.document, *verified.documents))

    def _issuer(self, jwt: UnverifiedJwt, push: KeyPush, standing: Standing) -> Pusher:
        issuer = standing.issuer
        if issuer is None or not issuer.enabled or not issuer.keys.pushed:
            raise InvalidToken(Reason.PUSH_NOT_AUTHORIZED, "no enabled issuer of that id pushes its keys")
        if standing.keys is None:
            raise InvalidToken(Reason.PUSH_NOT_AUTHORIZED, "no key of it is trusted yet: an admin pushes the first")
        proven = self.issuers.verify(jwt, push.body, issuer, standing.keys.keys)
        facts: dict[str, Json] = {
            "pushed_by": "issuer",
            "token_jti": jwt.unverified_claims.get("jti"),
            "signed_by": thumbprint(proven.signed_by),
        }
        return Pusher(issuer, is_admin=False, facts=facts, uses=(proven.use,), documents=(issuer.document,))


def _own(issuer: Issuer | None, tenant: Json) -> Issuer | None:
    """To a tenant's admin nobody else's issuer is there, and no shared one: who gives keys makes identities (O2)."""
    return issuer if issuer is not None and issuer.tenant == tenant else None
