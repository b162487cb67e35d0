"""What a revocation would end, without writing it: decided as its publication decides."""

from typing import NamedTuple

from msgspec import Struct

from federation.model.revocation import Revocation
from federation.model.revocation_keys import is_revoked
from federation.ports import Clock, IssuedTokens, LiveToken
from federation.revocation.revoker import RevocationRequest, Revoker

MOST_COUNTED = 10_000


class WouldEnd(NamedTuple):
    """`tokens`: unexpired ones of ours, what lasts longest first."""

    revocation: Revocation
    tokens: tuple[LiveToken, ...]
    is_all: bool
    """Whether there are no more than were counted."""


class Rehearsal(Struct, frozen=True):
    """Reads alone."""

    revoker: Revoker
    tokens: IssuedTokens
    clock: Clock

    def rehearse(self, request: RevocationRequest) -> WouldEnd:
        """What would be worth nothing; a token of a moment ago may be missing. Raises TemporarilyUnavailable."""
        revocation = self.revoker.revocation(request)
        alone = {revocation.key: revocation}
        found = self.tokens.affected(alone, int(self.clock.now()), MOST_COUNTED + 1)
        ended = (token for token in found if is_revoked(token.keys, token.issued_at, alone))
        ordered = sorted(ended, key=lambda token: (-token.expires_at, token.jti))
        return WouldEnd(revocation, tuple(ordered[:MOST_COUNTED]), len(found) <= MOST_COUNTED)
