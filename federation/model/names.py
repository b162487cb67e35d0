"""What documents are looked for by, where a request does not name them by their ids."""

import hashlib
from typing import Literal, NamedTuple

from msgspec import Struct

from federation.model.trust import DocumentRef, DocumentVersion, Issuer, Kind


class IssuerName(NamedTuple):
    """What a proof says of its issuer."""

    how: Literal["token", "claim", "events", "trust_domain", "authority"]
    value: str
    """`iss`, also of a SET; a trust domain; an authority's name."""
    audience: str = ""
    """Of a SET what `aud`, of a token what `aud`, or the claim that stands for it, must be; empty: our own URL."""


class NamedIds(NamedTuple):
    """Which documents have one of some names."""

    ids: tuple[str, ...]
    """Sorted."""
    of_iss: int = 0
    """How many enabled issuers have the `iss` that the names say, whatever audience they want."""
    speaking: int = 0
    """How many of them let a claim stand for `aud`."""
    counts: tuple[DocumentVersion, ...] = ()
    """Of changes of who has these names, read with this answer; none where they are not counted."""
    before: tuple[DocumentVersion, ...] = ()
    """The same, read before it, where that was so. One read of several items is no moment: a write may lie within."""


class NamedIssuers(Struct, frozen=True):
    """Who may be meant by some names."""

    issuers: tuple[Issuer, ...]
    """Disabled ones may be among them."""
    others: bool = False
    """Whether any enabled issuer has that `iss`, whatever audience it wants."""
    speaking: bool = False
    """Whether any of them lets a claim stand for `aud`."""


_NAMED = "named/"


def holders_of(value: str) -> DocumentRef:
    """What counts the changes of which documents are looked for by that value: an `iss`, a domain, a `resource`."""
    return DocumentRef(Kind.TRUST_REVISION, _NAMED + hashlib.sha256(value.encode()).hexdigest())


def counts_holders(ref: DocumentRef) -> bool:
    """Whether it is such a count: 0 says that nothing has changed since there are counts."""
    return ref.kind is Kind.TRUST_REVISION and ref.id.startswith(_NAMED)


def mappings_of(issuer: str) -> DocumentRef:
    """What counts the writes of mappings of that issuer (its document id)."""
    return DocumentRef(Kind.TRUST_REVISION, f"issuer/{issuer}")
