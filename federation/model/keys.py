"""Our signing keys as an immutable value with transitions (MODELS habit 13).

next -> active -> retired. A key signs only once it has been seen in the *fetched* JWKS (ATTACKS R1).
"""

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from federation.model.trust import DocumentRef, DocumentVersion, Kind

SIGNING_KEYS = DocumentRef(Kind.KEY_SET, "signing")

PublicJwk: TypeAlias = ReadOnly[str, str]


class KeyState(StrEnum):
    """Where a key stands in its life."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair whose private half never leaves KMS."""

    kid: str
    """Algorithm and RFC 7638 thumbprint of the public key."""
    algorithm: str
    kms_key: str
    """ARN or id."""
    jwk: PublicJwk
    """The public key with `kid`, `alg` and `use` (RFC 7517)."""
    state: KeyState = KeyState.NEXT
    published_at: int | None = None
    """When the key was first seen in the fetched JWKS, seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """All keys whose tokens may still be alive; at most one is active."""

    keys: tuple[SigningKey, ...] = ()
    version: int = 0

    @property
    def document(self) -> DocumentVersion:
        """This version of the set."""
        return DocumentVersion(SIGNING_KEYS, self.version)

    @property
    def active(self) -> SigningKey | None:
        """The key that signs."""
        return next((key for key in self.keys if key.state is KeyState.ACTIVE), None)

    @property
    def jwks(self) -> ReadOnly[str, object]:
        """The public JWK Set (RFC 7517 section 5)."""
        return {"keys": [dict(key.jwk) for key in self.keys]}

    def holds(self, kid: str) -> bool:
        """Whether a key of that id is known."""
        return any(key.kid == kid for key in self.keys)

    def adding(self, key: SigningKey) -> "KeySet":
        """The set with `key` as one of the next."""
        return replace(self, keys=(*self.keys, replace(key, state=KeyState.NEXT)))

    def with_published(self, at: int) -> "KeySet":
        """The set in which every key that was not public before is public since `at`."""
        return replace(
            self, keys=tuple(key if key.published_at else replace(key, published_at=at) for key in self.keys)
        )

    def activating(self, kid: str) -> "KeySet":
        """The set in which `kid` signs and the key that signed before is retired; raises KeyError for a stranger."""
        if not self.holds(kid):
            raise KeyError(kid)
        return replace(self, keys=tuple(replace(key, state=_state_when(key, kid)) for key in self.keys))


def _state_when(key: SigningKey, active: str) -> KeyState:
    if key.kid == active:
        return KeyState.ACTIVE
    return KeyState.RETIRED if key.state is KeyState.ACTIVE else key.state
