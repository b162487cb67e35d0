"""Status lists: signed, and published where verifiers look for them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from federation.minting.jws import verifies
from federation.minting.signed_jwt import JwtSigner
from federation.model.json import JsonObject
from federation.model.keys import KeySet
from federation.model.revocation import Revocation, RevocationKey
from federation.model.revocation_keys import is_revoked
from federation.model.status_list import (
    LONGEST_LIFE,
    SPAN,
    NotAStatusList,
    StatusList,
    list_path,
    lists_of,
    read_status_list,
)
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
from federation.verification import base64url
from federation.verification.base64url import NotBase64url

TYP = "statuslist+jwt"
MEDIA_TYPE = f"application/{TYP}"
TTL = 5
"""Seconds for which a verifier may keep a list: about as long as a revocation takes to reach it."""
LIFETIME = 15 * 60
"""Seconds after which a list has ended: an old one cannot be played back for longer."""


class ListToken(Struct, frozen=True):
    """What a published list says."""

    uri: str
    expires_at: int
    """Seconds since the epoch."""
    list: StatusList


def list_claims(issuer: str, uri: str, status_list: StatusList, now: int) -> JsonObject:
    """The claims of a list that is published now."""
    return {
        "iss": issuer,
        "sub": uri,
        "iat": now,
        "exp": now + LIFETIME,
        "ttl": TTL,
        "status_list": {"bits": 1, "lst": status_list.text},
    }


def read_list_token(text: bytes, keys: KeySet) -> ListToken | None:
    """What stands in the token if one of our keys signed it; None: nothing that we could build on."""
    try:
        message, _, signature = text.rpartition(b".")
        header, payload = (json.loads(base64url.decode(part)) for part in message.split(b"."))
        if header["typ"] != TYP or not _signed(message, base64url.decode(signature), header["kid"], keys):
            return None
        return _read(payload)
    except (KeyError, NotAStatusList, NotBase64url, RecursionError, TypeError, ValueError):
        return None


def _signed(message: bytes, signature: bytes, kid: str, keys: KeySet) -> bool:
    return any(verifies(key, message, signature) for key in keys.keys if key.kid == kid)


def _read(claims: Any) -> ListToken:  # noqa: ANN401  (JSON of our own; what is missing raises KeyError)
    return ListToken(claims["sub"], int(claims["exp"]), read_status_list(claims["status_list"]["lst"]))


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
