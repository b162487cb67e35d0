"""An access token at a service that verifies offline: only the texts that the bridge signed are good."""

import json

from federation.model.json import Json
from federation.model.status_list import StatusList, status_reference
from federation.oauth.errors import InvalidToken, TemporarilyUnavailable
from federation.resource_server.status_lists import TYP
from federation.resource_server.verifier import Verifier
from tests.fuzz.targets.keys import edwards, elliptic
from tests.fuzz.targets.outcome import TALLY, Accepted
from tests.support.issuer_world import BRIDGE, NOW
from tests.support.jose_keys import JoseKey
from tests.support.jose_tokens import signed
from tests.support.jose_twins import twin

ED, _EC = edwards(), elliptic()
_PLACE = status_reference(BRIDGE, NOW + 60, "jti-1")
CLAIMS: dict[str, Json] = {
    "iss": BRIDGE,
    "aud": "orders",
    "sub": "partner/sync",
    "iat": NOW,
    "exp": NOW + 60,
    "jti": "jti-1",
    "client_id": "anonymous",
    "scope": "a:read",
    "act": {"sub": "agent/x"},
    "status": _PLACE.claim,
}
_GOOD = tuple(
    signed({"alg": alg, "kid": key.kid, "typ": "at+jwt"}, claims, key, alg)
    for key, alg in ((ED, "EdDSA"), (_EC, "ES256"))
    for claims in (CLAIMS, {**CLAIMS, "aud": ["orders"], "ctx": {"a": [1, 2.5, None]}})
)
_SAME = {*_GOOD, *(twin(text) for text in _GOOD[2:])}
SEEDS = tuple(text.encode() for text in _GOOD)


def _published() -> dict[str, bytes]:
    keys: tuple[tuple[JoseKey, str], ...] = ((ED, "EdDSA"), (_EC, "ES256"))
    jwks = {"keys": [key.jwk(alg=alg, use="sig") for key, alg in keys]}
    members: dict[str, Json] = {"iss": BRIDGE, "sub": _PLACE.uri, "iat": NOW, "exp": NOW + 300, "ttl": 30}
    claims: dict[str, Json] = {**members, "status_list": {"bits": 1, "lst": StatusList().text}}
    lists = signed({"alg": "EdDSA", "kid": ED.kid, "typ": TYP}, claims, ED, "EdDSA")
    return {f"{BRIDGE}/.well-known/jwks.json": json.dumps(jwks).encode(), _PLACE.uri: lists.encode()}


_PUBLISHED = _published()
_VERIFIER = Verifier(BRIDGE, "orders", fetch=_PUBLISHED.__getitem__, now=lambda: float(NOW), background=False)


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        _VERIFIER.verify(text)
    except (InvalidToken, TemporarilyUnavailable) as refusal:
        return TALLY.refuse(refusal.reason)
    TALLY.accepted += 1
    if text not in _SAME:
        raise Accepted(text)
    return None
