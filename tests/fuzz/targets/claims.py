"""Header and claims that a trusted issuer signed as they stand: whatever it signs is read alike by all, or refused."""

import json

from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from tests.fuzz.targets.keys import edwards
from tests.fuzz.targets.outcome import TALLY, Accepted
from tests.support.issuer_world import BRIDGE, IDP, NOW, claims, trusted, world
from tests.support.jose_tokens import json_bytes, signed

KEY = edwards()
_WORLD = world(trusted(KEY, algorithms=("EdDSA",), ignored_header_members=frozenset({"jku"})))
_HEADER = b'{"alg":"EdDSA","kid":"ed-1","typ":"JWT"}'
SEEDS = (
    _HEADER + b"\n" + json_bytes(claims()),
    _HEADER + b"\n" + json_bytes(claims(aud=[BRIDGE], nbf=NOW, auth_time=NOW - 9, act={"sub": "x"}, a=[[{}], 1e9, ""])),
    b'{"alg":"EdDSA","jku":"https://a.example","x5t":"AA"}\n' + json_bytes(claims()),
)


def check(data: bytes) -> None:
    header, _, payload = data.partition(b"\n")
    try:
        verified = _WORLD.verify(signed(header, payload, KEY, "EdDSA"))
    except (InvalidRequest, TemporarilyUnavailable) as refusal:
        return TALLY.refuse(refusal.reason)
    TALLY.accepted += 1
    read = json.loads(payload)
    audience = read["aud"] if isinstance(read["aud"], list) else [read["aud"]]
    if read != verified.claims or read["iss"] != IDP or audience != [BRIDGE] or read["exp"] < NOW - 60:
        raise Accepted(data)
    return None
