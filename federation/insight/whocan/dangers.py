"""What is dangerous about a way, in words: what an admin looks at first. Only what the documents say by themselves."""

from collections.abc import Iterator

from msgspec import Struct

from federation.insight.snapshot.snapshot import Snapshot
from federation.insight.whocan.values import Party
from federation.model.confirmation import ADMIN_AUDIENCE
from federation.model.glob import STAR
from federation.model.trust import Issuer, Mapping


class Parties(Struct, frozen=True):
    """Tells of parties as their documents stand."""

    snapshot: Snapshot

    def of(self, mapping: Mapping, issuer: Issuer) -> Party:
        """Whom a mapping makes of whom, and what is dangerous about that."""
        dangers = tuple(self._dangers(mapping))
        return Party(mapping.id, mapping.principal, issuer.id, issuer.tenant, dict(mapping.match), dangers)

    def _dangers(self, mapping: Mapping) -> Iterator[str]:
        body = self.snapshot.body(mapping.document.ref) or {}
        if body.get("dangerous", False) is not False:
            yield "the Mapping is dangerous: it lets in more than one owner can answer for, and an admin confirmed it"
        for pattern in mapping.may_act:
            if STAR in pattern.partition("/")[0]:
                yield f"actors of every namespace may act for it: may_act {pattern}"


def dangers_at(audience: str, scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Of reaching it, by any way."""
    return (f"it reaches this bridge's own admin API: {' '.join(scopes)}",) if audience == ADMIN_AUDIENCE else ()
