"""Every version of a trust document: what it said, who wrote it, when, and why."""

from typing import NamedTuple

from msgspec import Struct

from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind

MAX_REASON = 512
"""Characters."""

TRUST_REVISION = DocumentRef(Kind.TRUST_REVISION, "trust")
"""One number that moves with every write of a document: who plans with it notices whatever was written since."""


class Change(Struct, frozen=True):
    """What is kept of a write beside what it wrote."""

    who: str
    """The principal who asked for it, or what stands for one."""
    when: str
    """RFC 3339."""
    why: str = ""
    """Their reason: printable, at most MAX_REASON characters."""
    request: str = ""
    """The correlation id under which it was asked for."""
    actors: tuple[str, ...] = ()
    """Who acted for the principal, the current actor first."""
    tenant: str | None = None
    """The principal's; None: it has none, or it was no principal."""
    subjects: tuple[str, ...] = ()
    """Of issuers, who stand behind the principal and the actors, as their revocations are named."""

    @property
    def hands(self) -> frozenset[str]:
        """All admins who had a part in it, by the names that we give them and by what is known of the people."""
        return frozenset({self.who, *self.actors, *self.subjects})


class PastVersion(NamedTuple):
    """One version of a document."""

    ref: DocumentRef
    version: int
    body: JsonObject | None
    """None: with this version the document was deleted."""
    change: Change
