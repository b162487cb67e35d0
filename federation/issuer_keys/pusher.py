"""Who may push an issuer's keys: the issuer, by a key of it that is trusted already, or an admin."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from federation.issuer_keys.request import KeyPush
from federation.model.confirmation import TRUST_WRITE
from federation.model.json import Json
from federation.model.one_time import OneTimeUse
from federation.model.trust import DocumentVersion, Issuer
from federation.oauth.errors import InsufficientScope, InvalidRequest, InvalidToken, NoToken
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.verification.compact import UnverifiedJwt, parse_compact
from federation.verification.held_keys import SharedKeys
from federation.verification.jwk import thumbprint
from federation.verification.proofs.resource_request import BEARER
from federation.verification.push_tokens import PushTokens


class PusherState(Struct, frozen=True):
    """What is trusted under an issuer's id now."""

    issuer: Issuer | None
    """None: there is no document of that id."""
    keys: SharedKeys | None
    """None: none yet."""
    tag: str
    """Names what lies in the store."""
    given_at: int | None = None
    """When an admin last gave it keys."""


class Pusher(Struct, frozen=True):
    """Proof that the caller may give this issuer these keys."""

    issuer: Issuer
    is_admin: bool
    facts: dict[str, Json]
    """Who, for the audit record."""
    uses: tuple[OneTimeUse, ...] = ()
    documents: tuple[DocumentVersion, ...] = ()
    """What the proof rests on."""


class Admin(Protocol):
    """Who came through the door of admins."""

    @property
    def principal(self) -> str:
        """Whom the token is about."""
        ...

    @property
    def tenant(self) -> str | None:
        """None: an admin of the whole platform."""
        ...

    @property
    def scopes(self) -> frozenset[str]:
        """What they may do at the admin API."""
        ...


class AdminDoor(Protocol):
    """The one door of admins: who gives keys makes identities, which is more than what most doors lead to."""

    def admit(self, http: HttpRequest, scope: str) -> Admin:
        """By a token that is bound to a key, was not revoked, and whose mapping still grants the scope.

        Raises InvalidToken or TemporarilyUnavailable.
        """
        ...


def read_token(push: KeyPush) -> UnverifiedJwt:
    """The token, of which nothing is proven yet; raises InvalidToken."""
    try:
        return parse_compact(push.presented.token)
    except InvalidRequest as error:
        raise InvalidToken(error.reason, error.detail) from error


class Pushers(Struct, frozen=True):
    """Knows them by their tokens."""

    admins: AdminDoor
    issuers: PushTokens
    admins_by: Callable[[str], frozenset[str]]
    """Id of an issuer -> the scopes of the admin API that mappings give to whom it vouches for."""

    def admit(self, http: HttpRequest, push: KeyPush) -> Admin | None:
        """The admin who pushes, asked once: a proof is good once. None: none says so. Raises InvalidToken."""
        is_ours = read_token(push).unverified_claims.get("iss") == self.issuers.own_issuer
        return self.admins.admit(http, TRUST_WRITE) if is_ours else None

    def authenticate(self, admin: Admin | None, push: KeyPush, standing: PusherState) -> Pusher:
        """Who pushes; raises InvalidToken, and what is wrong with the issuer, an InvalidRequest, to admins alone."""
        jwt = read_token(push)
        return self._admin(admin, jwt, standing) if admin else self._issuer(jwt, push, standing)

    def _admin(self, admin: Admin, jwt: UnverifiedJwt, standing: PusherState) -> Pusher:
        claims = jwt.unverified_claims  # verified by now: the door has read the same header
        issuer = standing.issuer if admin.tenant is None else _own(standing.issuer, admin.tenant)
        if issuer is None:
            raise InvalidRequest(Reason.NO_SUCH_ISSUER, status=404)
        if not issuer.keys.pushed:
            raise InvalidRequest(Reason.KEYS_NOT_PUSHED, status=409)
        self._check_rights(admin, issuer)
        facts: dict[str, Json] = {
            "pushed_by": "admin",
            "principal": admin.principal,
            "token_jti": claims.get("jti"),
            "token_act": claims.get("act"),
        }
        return Pusher(issuer, is_admin=True, facts=facts, documents=(issuer.document,))

    def _check_rights(self, admin: Admin, issuer: Issuer) -> None:
        """Who gives keys can be each of the issuer's subjects: as if they wrote its document (O2)."""
        given = self.admins_by(issuer.id)
        if given and admin.tenant is not None:
            raise InsufficientScope(Reason.OUTSIDE_TENANT, "admins come in by this issuer")
        if not given <= admin.scopes:
            raise InsufficientScope(Reason.BEYOND_OWN_RIGHTS, f"it vouches for admins with {sorted(given)}")

    def _issuer(self, jwt: UnverifiedJwt, push: KeyPush, standing: PusherState) -> Pusher:
        issuer = standing.issuer
        if push.presented.scheme != BEARER:
            raise NoToken(Reason.MISSING_BEARER_TOKEN, "an issuer's token is bound to the body and to nothing else")
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
    """To a tenant's admin no other's issuer is there, and no shared one: who gives keys makes identities (O2)."""
    return issuer if issuer is not None and issuer.tenant == tenant else None
