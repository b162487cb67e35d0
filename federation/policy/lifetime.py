"""How long a token may live: minutes, never beyond what it rests on."""

from collections.abc import Iterable, Sequence

from federation.model.status import LONGEST_LIFE
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.policy.ceilings import Target

HARD_CAP = LONGEST_LIFE
"""Seconds, whatever the documents say."""
SHORTEST = 30
"""Seconds that what a token rests on must have left: those of a clock that may be a little ahead of ours."""


def decide_expiry(
    now: int, ends: Iterable[int], targets: Sequence[Target], cap: int | None = None, approved_until: int | None = None
) -> int:
    """`exp` of the token, seconds since the epoch; raises InvalidRequest where under 30 seconds remain of `ends`.

    The verifier forgives 60 seconds of clock skew, but a minted token never outlives its subject token, so in effect
    a subject token needs at least 30 seconds of life by our clock. `ends`: of what proves somebody: tokens,
    certificates. Our own limits are as short as an admin wants them: those of the documents, `cap`, seconds, by a
    policy's obligation, and the end of an approval.
    """
    proven_until = min((now + HARD_CAP, *ends))
    if proven_until - now < SHORTEST:
        raise InvalidRequest(Reason.TOKEN_EXPIRES_TOO_SOON)
    ttl = min(cap or HARD_CAP, *(target.max_ttl for target in targets))
    return min(proven_until, now + ttl, approved_until or proven_until)
