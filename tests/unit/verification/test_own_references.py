"""A reference is good until its time, whatever the store says."""

from dataclasses import dataclass
from hashlib import sha256

import pytest

from federation.model.json import Json
from federation.ports import KeptToken
from federation.verification.own_tokens import OwnReferences, OwnTokenVerifier
from tests.support.fake_clock import FixedClock
from tests.support.trust_values import NOW

BRIDGE = "https://federation.example.com"
TEXT = "r" * 43
CLAIMS: dict[str, Json] = {
    "iss": BRIDGE,
    "sub": "partner/acme/sync",
    "aud": "risk-engine",
    "iat": NOW,
    "exp": NOW + 300,
    "jti": "j-1",
    "client_id": "partner/acme/sync",
    "scope": "risk:read",
    "txn": "c-1",
    "fed": {"iss": "acme", "mapping": "acme-sync@1", "decision": "d"},
}


@dataclass(frozen=True)
class ForgetsNothing:
    """A store that deletes days late, as they do."""

    def kept(self, digest: str) -> KeptToken | None:
        known = sha256(TEXT.encode()).hexdigest()
        return KeptToken(digest, CLAIMS, NOW + 300) if digest == known else None


@pytest.mark.parametrize(("now", "found"), [(NOW, True), (NOW + 299, True), (NOW + 300, False), (NOW + 9000, False)])
def test_a_reference_ends_to_the_second(now: int, *, found: bool) -> None:
    clock = FixedClock(now)
    references = OwnReferences(OwnTokenVerifier(BRIDGE, lambda: None, clock), ForgetsNothing(), clock)
    assert (references.find(TEXT) is not None) is found
    assert references.find("s" * 43) is None
