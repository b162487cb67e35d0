"""How long a token may live: minutes, never beyond what it rests on."""

from collections.abc import Iterable, Sequence

from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.policy.targets import Target

DEFAULT_TTL = 300
"""Seconds, where the grant names none."""
HARD_CAP = 3600
"""Seconds, whatever the documents say."""
SHORTEST = 30
"""Seconds: a token that expires sooner helps nobody."""


def decide_expiry(now: int, ends: Iterable[int], targets: Sequence[Target], cap: int | None = None) -> int:
    """`exp` of the token, seconds since the epoch; raises InvalidRequest where under 30 seconds remain.

    The verifier forgives 60 seconds of clock skew, but a minted token never outlives its subject token, so in effect
    a subject token needs at least 30 seconds of life by our clock. `ends`: of everything that it rests on: tokens,
    certificates, an approval. `cap`: seconds, by a policy's obligation.
    """
    expires_at = min(now + (cap or HARD_CAP), now + HARD_CAP, *ends, *(now + _ttl(target) for target in targets))
    if expires_at - now < SHORTEST:
        raise InvalidRequest(Reason.TOKEN_EXPIRES_TOO_SOON)
    return expires_at


def _ttl(target: Target) -> int:
    return min(target.audience.max_ttl, target.grant.max_ttl or DEFAULT_TTL)
