"""Our public keys and metadata, published where verifiers look for them."""

import json
from hashlib import sha256
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from federation.keys.jwk import signing_key
from federation.keys.orders import Moves
from federation.model.keys import MAX_AGE, KeySet, KeyState
from federation.oauth.error_page import render_error_page
from federation.oauth.metadata import (
    ERRORS_PATH,
    JWKS_PATH,
    OAUTH_PATH,
    OPENID_PATH,
    Metadata,
    authorization_server_metadata,
    openid_configuration,
)
from federation.ports import Clock, GuardedPublisher, KeySets, PublicKeys, PublishedDocument, Publisher

CACHE_CONTROL = f"public, max-age={MAX_AGE}, stale-if-error=86400"
"""Verifiers keep working while S3 does not answer (ATTACKS F15)."""


def public_documents(keys: KeySet, issuer: str, mtls_url: str = "") -> tuple[PublishedDocument, ...]:
    """Everything public, the JWKS first: nothing may point at a key that cannot be read yet."""
    algorithms = sorted({key.algorithm for key in keys.keys})
    return (
        _json(JWKS_PATH, keys.jwks, "application/jwk-set+json"),
        _json(OAUTH_PATH, authorization_server_metadata(issuer, algorithms, mtls_url)),
        _json(OPENID_PATH, openid_configuration(issuer, algorithms, mtls_url)),
        PublishedDocument(ERRORS_PATH, render_error_page().encode(), "text/html; charset=utf-8", CACHE_CONTROL),
    )


def _json(path: str, content: Metadata, content_type: str = "application/json") -> PublishedDocument:
    return PublishedDocument(path, json.dumps(content, indent=1).encode(), content_type, CACHE_CONTROL)


class PublicationFailed(Exception):
    """What was written could not be read back: the key must not sign yet."""


class DocumentsPublisher(Publisher, GuardedPublisher, Protocol):
    """Both: an older JWKS must never replace a newer one."""


class PublicationReport(Struct, frozen=True):
    """What a run did."""

    published: tuple[str, ...]
    """Paths that had changed and were written."""
    active_kid: str
    waiting: tuple[str, ...] = ()
    """Keys that do not sign yet."""
    rolled_back: bool = False
    """Whether what lay there was not what had been published last (ATTACKS R5)."""


class Publication(Struct, frozen=True):
    """Publishes the key set under the issuer URL. `kms_key`, `algorithm`: of the first key, that of the deployment."""

    issuer: str
    kms_key: str
    algorithm: str
    public_keys: PublicKeys
    key_sets: KeySets
    publisher: DocumentsPublisher
    clock: Clock
    mtls_url: str = ""
    """Where client certificates are asked for; empty: nowhere."""

    def run(self) -> PublicationReport:
        """One pass; raises VersionConflict if another run is ahead, PublicationFailed, or what the ports raise."""
        # What lies there is looked at before the set, so whoever is late has an old tag, and never puts an old set out.
        found = self.publisher.tagged(JWKS_PATH)
        keys = self._with_first()
        jwks, *others = public_documents(keys, self.issuer, self.mtls_url)
        rolled_back = _is_foreign(found[0] if found else None, jwks, keys)
        published = [*self._put_jwks(jwks, found), *(each.path for each in others if self._put_changed(each))]
        keys = self._moves.make(_Seen(jwks, int(self.clock.now()), rolled_back))
        if keys.active is None:
            raise PublicationFailed("no key is active")
        waiting = tuple(key.kid for key in keys.keys if key.state is KeyState.NEXT)
        return PublicationReport(tuple(published), keys.active.kid, waiting, rolled_back)

    @property
    def _moves(self) -> Moves:
        return Moves(self.key_sets)

    def _with_first(self) -> KeySet:
        keys = self._moves.current()
        if keys.keys:
            return keys
        first = signing_key(self.kms_key, self.algorithm, self.public_keys.public_key(self.kms_key))
        return self._moves.make(lambda keys: keys if keys.keys else keys.adding(first))

    def _put_jwks(self, jwks: PublishedDocument, found: tuple[PublishedDocument, str] | None) -> list[str]:
        if found is not None and found[0] == jwks:
            return []
        self.publisher.replace(jwks, found[1] if found else None)
        return [self._read_back(jwks)]

    def _put_changed(self, document: PublishedDocument) -> bool:
        if self.publisher.get(document.path) == document:
            return False
        self.publisher.put(document)
        return bool(self._read_back(document))

    def _read_back(self, document: PublishedDocument) -> str:
        if self.publisher.get(document.path) != document:
            raise PublicationFailed(f"{document.path} reads back differently")
        return document.path


class _Seen(Struct, frozen=True):
    """The transition after a JWKS was read back: what is in it is public from now on at the latest."""

    jwks: PublishedDocument
    now: int
    rolled_back: bool

    def __call__(self, keys: KeySet) -> KeySet:
        kids = published_kids(self.jwks)
        seen = keys.with_doubt(self.now) if self.rolled_back else keys
        seen = replace(seen.with_published(kids, self.now), published=_digest(self.jwks))
        if seen.active is not None or not seen.keys or seen.keys[0].kid not in kids:
            return seen
        # The first key signs at once: before it there was no JWKS that a verifier could still hold.
        return seen.activating(seen.keys[0].kid, self.now, self.now)


def published_kids(document: PublishedDocument | None) -> frozenset[str]:
    """The keys that verifiers find in a JWKS; none in what is not one."""
    try:
        keys = json.loads(document.body)["keys"] if document else ()
        return frozenset(str(key["kid"]) for key in keys)
    except (KeyError, TypeError, ValueError):
        return frozenset()


def _is_foreign(found: PublishedDocument | None, jwks: PublishedDocument, keys: KeySet) -> bool:
    """Neither what is to lie there nor what we had left there."""
    if not keys.published or found == jwks:
        return False
    return found is None or _digest(found) not in (keys.published, _digest(jwks))


def _digest(document: PublishedDocument) -> str:
    return sha256(document.body).hexdigest()
