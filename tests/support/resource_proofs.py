"""Requests to one of our own doors, with a token and whatever proves its key."""

import pytest
from msgspec import Struct

from federation.model.binding import Binding
from federation.model.one_time import OneTimeUse
from federation.oauth.errors import InvalidToken
from federation.oauth.http import HttpRequest
from federation.verification.proofs.dpop import DpopVerifier
from federation.verification.proofs.resource_request import ResourceProofs, read_authorization
from tests.support.dpop import NOW, Members, ath, proof
from tests.support.fake_clock import FixedClock

DOOR = "https://federation.example.com/introspect"
TOKEN = "eyJ.eyJ.c2ln"


def proof_at_door(**members: object) -> str:
    """A good proof for `TOKEN` at the door, and `members`."""
    claims: Members = {"htu": DOOR, "ath": ath(TOKEN), **members}
    return proof(**claims)


class Visit(Struct, frozen=True):
    """A request to the door."""

    authorization: str = f"Bearer {TOKEN}"
    dpop: str | None = None
    certificate: str | None = None
    method: str = "POST"

    def uses(self, binding: Binding | None) -> tuple[OneTimeUse, ...]:
        """What must be claimed, where the token is bound to that."""
        headers = {"authorization": self.authorization, **({} if self.dpop is None else {"dpop": self.dpop})}
        http = HttpRequest(self.method, "/introspect", b"", "c", headers, client_certificate=self.certificate)
        checks = ResourceProofs(DpopVerifier(FixedClock(NOW)))
        return checks.check(http, read_authorization(http), binding, frozenset({DOOR}))

    def refusal(self, binding: Binding | None) -> InvalidToken:
        with pytest.raises(InvalidToken) as refused:
            self.uses(binding)
        assert (refused.value.error, refused.value.http_status) == ("invalid_token", 401)
        assert TOKEN not in refused.value.detail
        return refused.value
