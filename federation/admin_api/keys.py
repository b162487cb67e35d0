"""`/admin/v1/keys`: our signing keys, and moving them by hand."""

from collections.abc import Iterator
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Self

from msgspec import Struct
from pydantic import Field

from federation.admin.changes import rfc3339
from federation.admin.key_orders import RecordedOrders
from federation.admin_api.idempotency import HEADER
from federation.admin_api.models import Body, ReasonText, Shown
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.admin_api.refusals import AdminRefusal, conflict, forbidden, not_found
from federation.model.confirmation import KEYS_WRITE, TRUST_READ
from federation.model.json import Json
from federation.model.keys import (
    SEEN_BY_ALL,
    FormerKey,
    KeyChange,
    KeyEnd,
    KeyRefusal,
    KeyRefused,
    KeySet,
    KeyState,
    SigningKey,
)
from federation.model.nearest import nearest
from federation.oauth.reasons import Reason
from federation.ports import Clock, KeyOrder, KeySets


class RotateBody(Body):
    """Why, if it is to be known."""

    reason: ReasonText = ""


class RevokeKeyBody(Body):
    """Why."""

    reason: Annotated[ReasonText, Field(min_length=1)]


class KeyShown(Shown):
    """A key pair whose private half never leaves KMS."""

    kid: str
    state: KeyState
    algorithm: str
    published_at: Annotated[str | None, Field(description="Since when it has been in the published JWKS.")]
    seen_by_all_at: Annotated[str | None, Field(description="When no verifier holds a JWKS without it any more.")]
    active_since: Annotated[str | None, Field(description="When it began to sign.")]
    leaves_at: Annotated[str | None, Field(description="Of a retired key: when its last token has died.")]

    @classmethod
    def of(cls, key: SigningKey) -> Self:
        """All but where it lies."""
        return cls(
            kid=key.kid,
            state=key.state,
            algorithm=key.algorithm,
            published_at=_moment(key.published_at),
            seen_by_all_at=None if key.published_at is None else _moment(key.published_at + SEEN_BY_ALL),
            active_since=_moment(key.active_since),
            leaves_at=_moment(key.leaves_at),
        )


class FormerKeyShown(Shown):
    """A key with which nothing verifies any more."""

    kid: str
    end: KeyEnd
    left_at: str

    @classmethod
    def of(cls, key: FormerKey) -> Self:
        """All of it."""
        return cls(kid=key.kid, end=key.end, left_at=rfc3339(key.left_at))


class KeyChangeShown(Shown):
    """Who moved the keys."""

    action: str
    kid: Annotated[str, Field(description="Of the key that stopped signing, or was revoked.")]
    active: Annotated[str, Field(description="Of the key that signs since.")]
    unseen: Annotated[bool, Field(description="Some verifiers may not have had that key yet.")]
    who: str
    when: str
    why: str

    @classmethod
    def of(cls, change: KeyChange) -> Self:
        """All of it."""
        return cls(
            action=change.action,
            kid=change.kid,
            active=change.active,
            unseen=change.unseen,
            who=change.by,
            when=rfc3339(change.at),
            why=change.why,
        )


class KeysShown(Shown):
    """All keys whose tokens may still be alive, those that left, and who moved them, the latest first."""

    items: list[KeyShown]
    former: list[FormerKeyShown]
    changes: list[KeyChangeShown]
    version: Annotated[int, Field(description="Of the set.")]

    @classmethod
    def of(cls, keys: KeySet) -> Self:
        """Times: RFC 3339."""
        return cls(
            items=[KeyShown.of(key) for key in keys.keys],
            former=[FormerKeyShown.of(key) for key in reversed(keys.former) if key.kid],
            changes=[KeyChangeShown.of(change) for change in reversed(keys.changes)],
            version=keys.version,
        )


def _moment(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)


KID = Parameter("kid", "[A-Za-z0-9_-]{1,128}", "As `GET /keys` shows it.")

_CONFLICTS = {
    KeyRefusal.GONE: Reason.KEY_GONE,
    KeyRefusal.LAST: Reason.LAST_SIGNING_KEY,
    KeyRefusal.UNSEEN: Reason.STANDBY_NOT_SEEN,
}


class Keys(Struct, frozen=True):
    """They sign for every tenant, so none of a tenant's admins moves them."""

    key_sets: KeySets
    orders: RecordedOrders
    clock: Clock

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/keys",
            TRUST_READ,
            "Our signing keys.",
            handle=self._list,
            name="listKeys",
            response=KeysShown,
        )
        yield Operation(
            "POST",
            "/keys/rotate",
            KEYS_WRITE,
            "Sign with the next key from now on. What is signed already stays good.",
            handle=self._rotate,
            name="rotateKeys",
            request=RotateBody,
            response=KeysShown,
            refusals=(HTTPStatus.CONFLICT,),
        )
        yield Operation(
            "POST",
            "/keys/{kid}/revoke",
            KEYS_WRITE,
            "In an emergency: nothing verifies with this key any more. If it signed, the next one signs at once.",
            handle=self._revoke,
            name="revokeKey",
            variables=(KID,),
            request=RevokeKeyBody,
            response=KeysShown,
            refusals=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
        )

    def _list(self, request: AdminRequest) -> Answer:  # noqa: ARG002 (they are everybody's)
        return Answer(HTTPStatus.OK, KeysShown.of(self.key_sets.load() or KeySet()))

    def _rotate(self, request: AdminRequest) -> Answer:
        return self._moved(request, None)

    def _revoke(self, request: AdminRequest) -> Answer:
        return self._moved(request, request.path["kid"])

    def _moved(self, request: AdminRequest, revoked: str | None) -> Answer:
        if request.admin.tenant is not None:
            raise forbidden(Reason.OUTSIDE_TENANT)
        order = KeyOrder(_name(request), request.admin.principal, request.body.reason, revoked)
        try:
            self.orders.carry_out(order, self._facts(request))
        except KeyRefused as refused:
            raise self._refused(refused, revoked) from None
        return self._list(request)

    def _refused(self, refused: KeyRefused, kid: str | None) -> AdminRefusal:
        if refused.refusal is not KeyRefusal.UNKNOWN:
            return conflict(_CONFLICTS[refused.refusal], str(refused))
        kids = [key.kid for key in (self.key_sets.load() or KeySet()).keys]
        return not_found(nearest(kid or "", kids), Reason.NO_SUCH_KEY)

    def _facts(self, request: AdminRequest) -> dict[str, Json]:
        operation = "rotateKeys" if request.path.get("kid") is None else "revokeKey"
        own: dict[str, Json] = {"principal": request.admin.principal, "key_order_actors": list(request.admin.actors)}
        return request.facts(operation, self.clock.now()) | own


def _name(request: AdminRequest) -> str:
    """The same for a caller who repeats a request under its Idempotency-Key, though the first answer was lost (O9)."""
    named = request.http.headers.get(HEADER)
    if named is None:
        return request.correlation_id
    return sha256(f"{request.admin.principal}\n{request.http.path}\n{named}".encode()).hexdigest()
