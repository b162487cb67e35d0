"""An issuer's keys as they are kept for every process: fetched by a schedule, or pushed by the issuer."""

from typing import ClassVar

from msgspec import Struct

from federation.value import Redacted


class IssuerKeySet(Redacted, Struct, frozen=True):
    """A JWK Set, and under which Issuer document it holds. Times: seconds since the epoch."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"jwks"})

    issuer: str
    """Id of the Issuer document."""
    anchor: str
    """Names what of that document these keys rest on; when that has changed, they are nothing."""
    jwks: str
    """The set (RFC 7517 section 5) as JSON."""
    as_of: int
    """When the issuer said so."""
    origin: str | None = None
    """Host and port that discovery named for the keys."""
    replaced_at: int | None = None
    """When all keys were last exchanged for others at once."""
    given_at: int | None = None
    """When an admin last gave it keys: what it pushed since may come of those."""


class KeptKeys(Struct, frozen=True):
    """What lies in a store under an issuer's name."""

    keys: IssuerKeySet | None = None
    """None: nothing, or something that is not what was once written there."""
    tag: str = ""
    """Names what lies there, whatever it is; empty: nothing."""
