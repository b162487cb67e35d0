"""What a service reads of a revocation list: no other text of it than the bridge's says that the token is good."""

import json

from federation.model.json import Json
from federation.model.status_list import StatusList, list_path, status_reference
from federation.oauth.errors import InvalidToken, TemporarilyUnavailable
from federation.resource_server.jwts import BridgeJwts, BridgeKeys
from federation.resource_server.status_lists import TYP, StatusLists
from tests.fuzz.targets.keys import edwards
from tests.fuzz.targets.outcome import TALLY, Accepted
from tests.support.issuer_world import BRIDGE, NOW
from tests.support.jose_tokens import signed

KEY = edwards()
_PLACE = status_reference(BRIDGE, NOW + 60, "jti-1")
_TOKEN = {"status": _PLACE.claim}
_JWKS = json.dumps({"keys": [KEY.jwk(alg="EdDSA", use="sig")]}).encode()
CLAIMS: dict[str, Json] = {"iss": BRIDGE, "sub": _PLACE.uri, "iat": NOW, "exp": NOW + 300, "ttl": 30}


def _list(*indices: int) -> str:
    claims: dict[str, Json] = {**CLAIMS, "status_list": {"bits": 1, "lst": StatusList().setting(indices).text}}
    return signed({"alg": "EdDSA", "kid": KEY.kid, "typ": TYP}, claims, KEY, "EdDSA")


SEEDS = (_list(_PLACE.index).encode(), _list(_PLACE.index, 0, 7, 8, 2**21 - 1).encode())


def check(data: bytes) -> None:
    """The token was revoked, which the good lists say; every other text says nothing."""
    published = {f"{BRIDGE}/.well-known/jwks.json": _JWKS, BRIDGE + list_path((NOW + 60) // (12 * 60)): data}
    lists = StatusLists(BridgeJwts(BridgeKeys(BRIDGE, published.__getitem__, lambda: float(NOW))))
    try:
        lists.check(_TOKEN)
    except InvalidToken as refusal:
        TALLY.accepted += 1
        if data not in SEEDS:
            raise Accepted(data) from refusal
    except TemporarilyUnavailable as refusal:
        TALLY.refuse(refusal.__cause__ and type(refusal.__cause__).__name__)
        if refusal.__cause__ is not None and not isinstance(refusal.__cause__, _TYPED):
            raise
    else:
        raise Accepted(data)


_TYPED = (InvalidToken, ValueError, KeyError, TypeError)
