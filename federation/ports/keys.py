"""Our keys, those of issuers, and where public ones are read."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from federation.model.issuer_keys import IssuerKeySet, KeptKeys
from federation.model.keys import KeySet, SigningKey


class Signer(Protocol):
    """Signs with a key that it never sees."""

    def sign(self, key: SigningKey, message: bytes) -> bytes:
        """A JWS signature (RFC 7518 section 3: raw r||s for ECDSA) of `message` by the key's algorithm."""
        ...

    def start_sign(self, key: SigningKey, message: bytes) -> Callable[[], bytes]:
        """The same in two steps, of which the second waits; each may raise."""
        ...


class PublicKeys(Protocol):
    """The public halves of our keys."""

    def public_key(self, kms_key: str) -> bytes:
        """DER SubjectPublicKeyInfo."""
        ...


class KeySets(Protocol):
    """Our signing keys' life, kept in the trust table as a document of kind KeySet."""

    def load(self) -> KeySet | None:
        """A strongly consistent read."""
        ...

    def save(self, keys: KeySet) -> None:
        """Write `keys` if its predecessor (version - 1) is current, else raise VersionConflict."""
        ...


class MadeKey(Struct, frozen=True):
    """A key pair that we made and that can sign."""

    kms_key: str
    made_at: int
    """Seconds since the epoch."""


class KeyMaker(Protocol):
    """Makes key pairs that whoever may sign with the deployment's own key may sign with, and nobody else."""

    def make(self, algorithm: str) -> str:
        """The id of a new key pair. Nothing makes sure that asking again makes no second one: see `made`."""
        ...

    def made(self) -> Sequence[MadeKey]:
        """All that were ever made here and can sign; a new one may be missing for some minutes."""
        ...


class KeyCustody(Protocol):
    """What becomes of key pairs."""

    def tend(self, kms_key: str) -> bool:
        """Lets the signers of the deployment's own key sign with this one too; whether it can be signed with."""
        ...

    def dispose(self, kms_key: str, *, compromised: bool) -> None:
        """Nothing is signed with it any more. Safe to repeat.

        What was made here is deleted after a month; what the deployment made is left alone, unless `compromised`:
        then it is disabled.
        """
        ...


class KeyOrder(Struct, frozen=True):
    """What an admin wants done with our keys."""

    name: str
    """Names the order: carried out twice, it has one effect."""
    by: str
    why: str
    revoked: str | None = None
    """The kid to revoke; None: the next key is to sign from now on."""


class KeyOrders(Protocol):
    """Moves our keys, on behalf of admins."""

    def carry_out(self, order: KeyOrder) -> None:
        """It holds when this returns; raises KeyRefused."""
        ...


class PublishedDocument(Struct, frozen=True):
    """A public object: the JWKS, a discovery document, the page of errors."""

    path: str
    """As in the URL: begins with `/`."""
    body: bytes
    content_type: str
    cache_control: str


class Publisher(Protocol):
    """Where verifiers read."""

    def put(self, document: PublishedDocument) -> None:
        """Write or replace."""
        ...

    def get(self, path: str) -> PublishedDocument | None:
        """What verifiers would read now."""
        ...


class GuardedPublisher(Protocol):
    """Where several of us write the same public object, and none may undo what another did."""

    def tagged(self, path: str) -> tuple[PublishedDocument, str] | None:
        """What verifiers would read now, and the tag of that; None: nothing."""
        ...

    def replace(self, document: PublishedDocument, tag: str | None) -> None:
        """Write if what is there is still what `tag` names (None: nothing), else raise VersionConflict."""
        ...


class IssuerKeyStore(Protocol):
    """Issuers' keys beyond one process: one store for what was fetched, another for what issuers pushed."""

    def load(self, issuer: str) -> KeptKeys:
        """What lies under the id of an Issuer document, by a strongly consistent read; altered keys are none."""
        ...

    def save(self, keys: IssuerKeySet, tag: str) -> None:
        """Write `keys` if what lies there is still what `tag` names, else raise VersionConflict."""
        ...
