"""Puts out what is revoked. Idempotent: any number of runs may meet, and none takes back what another has set."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from federation.minting.signed_jwt import JwtSigner
from federation.model.revocation import Revocation, RevocationKey
from federation.model.revocation_keys import is_revoked
from federation.model.status import LONGEST_LIFE, SPAN, list_path, lists_of
from federation.model.status_list import StatusList
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import (
    Clock,
    GuardedPublisher,
    IssuedTokens,
    PublishedDocument,
    RevocationStore,
    VersionConflict,
)
from federation.status.list_token import LIFETIME, MEDIA_TYPE, TTL, TYP, ListToken, list_claims, read_list_token

AHEAD = SPAN
"""Seconds: a list is there before a token can need it. Seven are alive at once."""
RENEWED = LIFETIME * 2 // 3
"""Seconds that a list must still be good for, or it is signed anew."""
ATTEMPTS = 4
CACHE_CONTROL = f"public, max-age={TTL}"


class StatusReport(Struct, frozen=True):
    """What a run did."""

    revocations: int
    revoked: int
    """Living tokens that they are about."""
    published: tuple[str, ...]
    """Paths of the lists that were written."""


class StatusPublication(Struct, frozen=True):
    """`issuer`: our URL."""

    issuer: str
    revocations: RevocationStore
    tokens: IssuedTokens
    signer: JwtSigner
    publisher: GuardedPublisher
    clock: Clock

    def run(self, heard: Sequence[Revocation] = ()) -> StatusReport:
        """One pass; `heard`: what the store may not list yet. Raises TemporarilyUnavailable or ServerError."""
        now = int(self.clock.now())
        # A token of ours that is alive was issued within the hour: what covers none since then is about foreign proof.
        known = (each for each in (*self.revocations.revocations(), *heard) if each.covers(now - LONGEST_LIFE))
        standing = _strictest(known)
        affected = self.tokens.affected(standing.keys(), now)
        revoked = [token for token in affected if is_revoked(token.keys, token.issued_at, standing)]
        published = []
        for number in lists_of(now, AHEAD):
            indices = {token.status_index for token in revoked if token.expires_at // SPAN == number}
            if self._publish(list_path(number), indices, now):
                published.append(list_path(number))
        return StatusReport(len(standing), len(revoked), tuple(published))

    def _publish(self, path: str, indices: set[int], now: int) -> bool:
        """False: what is there says it all, and for long enough."""
        for _ in range(ATTEMPTS):
            found = self.publisher.tagged(path)
            old = None if found is None else self._read(found[0])
            if old is not None and old.list.holds(indices) and old.expires_at - now >= RENEWED:
                return False
            try:
                new = (StatusList() if old is None else old.list).setting(indices)
                self.publisher.replace(self._document(path, new, now), None if found is None else found[1])
            except VersionConflict:
                continue
            return True
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "others write the same list")

    def _read(self, document: PublishedDocument) -> ListToken | None:
        """None for what no key of ours signed: it is replaced, since all that still matters is computed anew."""
        keys = self.signer.key.key_set()
        token = None if keys is None else read_list_token(document.body, keys)
        return token if token is not None and token.uri == self.issuer + document.path else None

    def _document(self, path: str, status_list: StatusList, now: int) -> PublishedDocument:
        token = self.signer.sign(TYP, list_claims(self.issuer, self.issuer + path, status_list, now))
        return PublishedDocument(path, token.encode("ascii"), MEDIA_TYPE, CACHE_CONTROL)


def _strictest(revocations: Iterable[Revocation]) -> dict[RevocationKey, Revocation]:
    """Of several revocations of the same, the latest: it covers whatever an earlier one does."""
    return {each.key: each for each in sorted(revocations, key=lambda each: each.revoked_at)}
