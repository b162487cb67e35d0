"""The one place where revocations are written, whoever asks for them."""

import contextlib

from msgspec import Struct

from federation.audit.event import event
from federation.model.json import Json, JsonObject
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.oauth.errors import OAuthError
from federation.policy.lifetime import HARD_CAP
from federation.ports import Clock, Identifiers, Ledger, RevocationStore

OUTCOME = "revoked"
LONGEST_PROOF = 10 * 366 * 24 * 60 * 60
"""Seconds for which somebody may prove what was revoked by what is older: the client certificates of devices live for
years, and a revocation that ended before them would let them in again."""

_OF_TOKENS = (RevocationTarget.JTI, RevocationTarget.TXN)


class RevocationRequest(Struct, frozen=True):
    """What somebody who may do so wants revoked."""

    key: RevocationKey
    by: str
    """A client's id, or a principal."""
    reason: str = ""
    token_expires_at: int | None = None
    """Of a token that was shown; None: it is not known."""


class Revoker(Struct, frozen=True):
    """Writes the record first, then the revocation: nothing is revoked without a trace."""

    store: RevocationStore
    ledger: Ledger
    clock: Clock
    identifiers: Identifiers

    def revoke(self, request: RevocationRequest, facts: JsonObject) -> Revocation:
        """What holds when this returns; raises TemporarilyUnavailable or ServerError, and then nothing is promised.

        `facts`: of the request, with `time` and `correlation_id`. To repeat does no harm: a revocation of the same
        key is only ever made stricter.
        """
        revocation = self._revocation(request)
        described = {**facts, **_describe(revocation), "outcome": OUTCOME, "jti": self.identifiers.new()}
        entry = event(described, self.clock.now(), revocation.by, str(facts["correlation_id"]))
        self.ledger.commit(entry, ())
        try:
            self.store.revoke(revocation)
        except OAuthError as error:
            with contextlib.suppress(OAuthError):
                self.ledger.discard(entry, (), error.reason.value)
            raise
        return revocation

    def _revocation(self, request: RevocationRequest) -> Revocation:
        now = int(self.clock.now())
        until = request.token_expires_at or now
        kept = HARD_CAP if request.key.what in _OF_TOKENS else LONGEST_PROOF
        return Revocation(request.key, now, max(now, until) + kept, request.by, request.reason)


def _describe(revocation: Revocation) -> dict[str, Json]:
    """The record's `jti` is its own name, as everywhere where no token was issued."""
    what, value, tenant = revocation.key
    return {
        "revoked": what.value,
        "revoked_value": value,
        "revoked_tenant": tenant,
        "revoked_at": revocation.revoked_at,
        "revoked_until": revocation.expires_at,
        "revoked_by": revocation.by,
        "revocation_reason": revocation.reason,
    }
