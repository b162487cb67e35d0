"""Puts our public keys where verifiers read them, and only then lets them sign.

Idempotent: every run moves the state one step towards "the configured key is published and active" and can be
repeated after a crash at any point (ATTACKS F14).
"""

from dataclasses import dataclass, replace

from federation.keys.documents import MAX_AGE, public_documents
from federation.keys.jwk import signing_key
from federation.model.keys import KeySet, SigningKey
from federation.ports import Clock, KeySets, PublicKeys, PublishedDocument, Publisher

SEEN_BY_ALL = 2 * MAX_AGE
"""Seconds after which no verifier can still hold a JWKS without the key (ATTACKS R2)."""


class PublicationFailed(Exception):
    """What was written could not be read back: the key must not sign yet."""


@dataclass(frozen=True, slots=True)
class PublicationReport:
    """What a run did."""

    published: tuple[str, ...]
    """Paths that had changed and were written."""
    active_kid: str
    next_kid: str | None
    """A key that waits until every verifier has seen it."""


@dataclass(frozen=True, slots=True)
class Publication:
    """Publishes the key set under the issuer URL."""

    issuer: str
    kms_key: str
    algorithm: str
    public_keys: PublicKeys
    key_sets: KeySets
    publisher: Publisher
    clock: Clock
    mtls_url: str = ""
    """Where client certificates are asked for; empty: nowhere."""

    def run(self) -> PublicationReport:
        """One pass; raises VersionConflict if another run is at work, PublicationFailed, or what the ports raise."""
        configured = signing_key(self.kms_key, self.algorithm, self.public_keys.public_key(self.kms_key))
        keys = self._with(configured)
        published = self._publish(keys)
        keys = self._activate(keys, configured.kid)
        active = keys.active
        if active is None:
            raise PublicationFailed("no key is active")
        return PublicationReport(published, active.kid, None if active.kid == configured.kid else configured.kid)

    def _with(self, configured: SigningKey) -> KeySet:
        keys = self.key_sets.load() or KeySet()
        return keys if keys.holds(configured.kid) else self._save(keys.adding(configured))

    def _save(self, keys: KeySet) -> KeySet:
        following = replace(keys, version=keys.version + 1)
        self.key_sets.save(following)
        return following

    def _publish(self, keys: KeySet) -> tuple[str, ...]:
        documents = public_documents(keys, self.issuer, self.mtls_url)
        return tuple(document.path for document in documents if self._put_changed(document))

    def _put_changed(self, document: PublishedDocument) -> bool:
        if self.publisher.get(document.path) == document:
            return False
        self.publisher.put(document)
        if self.publisher.get(document.path) != document:
            raise PublicationFailed(f"{document.path} reads back differently")
        return True

    def _activate(self, keys: KeySet, kid: str) -> KeySet:
        """Everything in `keys` has just been read back, so it is public from now on at the latest."""
        now = int(self.clock.now())
        seen = keys.with_published(now)
        if self._may_sign(seen, kid, now):
            seen = seen.activating(kid)
        return keys if seen == keys else self._save(seen)

    def _may_sign(self, keys: KeySet, kid: str, now: int) -> bool:
        """The first key signs at once: before it there was no JWKS that a verifier could still hold."""
        if keys.active is None:
            return True
        return any(key.kid == kid and now - (key.published_at or now) >= SEEN_BY_ALL for key in keys.keys)
