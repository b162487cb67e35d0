"""The front end of foreign tokens: text as it arrives, through the whole verifier. Only the good texts are good."""

from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from tests.fuzz.targets.keys import edwards, elliptic
from tests.fuzz.targets.outcome import TALLY, Accepted
from tests.support.issuer_world import claims, token, trusted, world
from tests.support.jose_twins import twin

ED, _EC = edwards(), elliptic()
_WORLD = world(trusted(ED, _EC, algorithms=("EdDSA", "ES256")))
_GOOD = (
    token(key=ED, alg="EdDSA"),
    token(key=_EC, alg="ES256"),
    token(claims(amr=["mfa"], nested={"a": {"b": [1, 2.5, None, True]}}, name="\u00fc\U0001f512"), key=ED, alg="EdDSA"),
)
_SAME = {*_GOOD, twin(_GOOD[1])}
"""A signature by ECDSA has two texts; both are one use of one token (ATTACKS A13)."""

SEEDS = tuple(text.encode() for text in _GOOD)


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        _WORLD.verify(text)
    except (InvalidRequest, TemporarilyUnavailable) as refusal:
        return TALLY.refuse(refusal.reason)
    TALLY.accepted += 1
    if text not in _SAME:
        raise Accepted(text)
    return None
