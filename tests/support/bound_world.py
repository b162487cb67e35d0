"""Delegation by callers who have keys: every request with the DPoP header names the key of its token."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from federation.model.json import Json
from federation.oauth.http import HttpResponse
from tests.support.delegation_world import Delegation, delegation
from tests.support.dpop import ath, jkt, proof
from tests.support.exchange_world import body
from tests.support.jose_keys import JoseKey, ec_key

OLD, NEW, OTHER = ec_key("old"), ec_key("new"), ec_key("other")


class Bound:
    """A delegation whose requests prove keys."""

    def __init__(self, world: Delegation) -> None:
        self.world = world
        self._proofs = 0

    def proof(self, key: JoseKey, **members: Any) -> str:  # noqa: ANN401  (claims)
        """A fresh one for the token endpoint."""
        self._proofs += 1
        now = int(self.world.world.clock.now())
        return proof(key, jti=f"proof-{self._proofs}", iat=now, nonce=self.world.world.nonces.fresh(), **members)

    def vouched(self, subject: str, old: JoseKey, new: JoseKey) -> str:
        """`subject_token_proof`: the old key says that the new one may have the token."""
        return self.proof(old, ath=ath(subject), cnf={"jkt": jkt(new)})

    def post(self, key: JoseKey | None, subject: str, actor: str | None = None, /, **changes: Json) -> HttpResponse:
        headers = self.world.world.headers
        headers.pop("dpop", None)
        if key is not None:
            headers["dpop"] = self.proof(key)
        try:
            return self.world.post(subject, actor, **changes)
        finally:
            headers.pop("dpop", None)

    def exchange(self, key: JoseKey | None, subject: str, actor: str | None = None, /, **changes: Json) -> str:
        """The token that must come of it."""
        return str(self.answer(key, subject, actor, **changes)["access_token"])

    def answer(self, key: JoseKey | None, subject: str, actor: str | None = None, /, **changes: Json) -> dict[str, Any]:
        """The body of what must be a 200."""
        response = self.post(key, subject, actor, **changes)
        assert response.status == 200, body(response)
        return dict(json.loads(response.body))


@contextmanager
def bound_delegation() -> Iterator[Bound]:
    with delegation() as world:
        yield Bound(world)
