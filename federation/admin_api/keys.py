"""`/admin/v1/keys`: our signing keys, where each stands in its life, and moving them by hand."""

from collections.abc import Iterator
from hashlib import sha256
from http import HTTPStatus

from msgspec import Struct

from federation.admin.changes import rfc3339
from federation.admin.key_orders import RecordedOrders
from federation.admin_api.idempotency import HEADER
from federation.admin_api.keys_shown import KeysShown, RevokeKeyBody, RotateBody, show_keys
from federation.admin_api.nearest import nearest
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.admin_api.refusals import AdminRefusal, conflict, forbidden, not_found
from federation.model.admin import KEYS_WRITE, TRUST_READ
from federation.model.keys import KeyRefusal, KeyRefused, KeySet
from federation.oauth.reasons import Reason
from federation.ports import Clock, KeyOrder, KeySets

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
        return Answer(HTTPStatus.OK, show_keys(self.key_sets.load() or KeySet()))

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

    def _facts(self, request: AdminRequest) -> dict[str, str | list[str]]:
        return {
            "time": rfc3339(self.clock.now()),
            "correlation_id": request.correlation_id,
            "source_ip": request.http.source_ip,
            "operation": "rotateKeys" if request.path.get("kid") is None else "revokeKey",
            "principal": request.admin.principal,
            "key_order_actors": list(request.admin.actors),
        }


def _name(request: AdminRequest) -> str:
    """The same for whoever repeats a request under its Idempotency-Key, though the first answer was lost (O9)."""
    named = request.http.headers.get(HEADER)
    if named is None:
        return request.correlation_id
    return sha256(f"{request.admin.principal}\n{request.http.path}\n{named}".encode()).hexdigest()
