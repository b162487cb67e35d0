"""The chain of custody of a token: what it was made from, what was made of it, and what ended any of these."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from federation.insight.trail import FILED, Link, Trail, is_of
from federation.model.json import Json, JsonObject
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.revocation_keys import read_key
from federation.ports import AuditRecords
from federation.revocation.revoker import OUTCOME, revocation_recorded

MOST_CHILDREN = 50
MOST_EVENTS = 200
"""Records that are looked through for revocations."""


class Ending(NamedTuple):
    """A revocation, and those tokens of the chain that it is about."""

    revocation: Revocation
    covers: tuple[str, ...]
    is_theirs: bool
    """Whether who asks may see who revoked, and why."""


class Custody(NamedTuple):
    """All of it. `children`: everything that was made of the token, the oldest first."""

    links: tuple[Link, ...]
    children: tuple[Link, ...]
    is_whole: bool
    """Whether there are no more children."""
    endings: tuple[Ending, ...]


class Custodian(Struct, frozen=True):
    """Reads the hours in which the chain's tokens lived."""

    trail: Trail
    records: AuditRecords

    def custody(self, jti: str, tenant: str | None) -> Custody | None:
        """None: there is no such token, or it is not theirs to see."""
        links = self.trail.chain(jti, tenant)
        behind = [link.record for link in links if link.record is not None]
        if not behind:
            return None
        since, until = _life(behind)
        made = self._made_from(jti, since, until)
        children = tuple(Link(str(one["jti"]), one if is_of(one, tenant) else None) for one in made[:MOST_CHILDREN])
        records = [*behind, *made[:MOST_CHILDREN]]
        return Custody(links, children, len(made) <= MOST_CHILDREN, tuple(self._endings(records, since, until, tenant)))

    def _made_from(self, jti: str, since: int, until: int) -> list[JsonObject]:
        """The oldest first; a token is filed under its own id as well."""
        own = (RevocationKey(RevocationTarget.JTI, jti),)
        found = self.records.filed(own, since, until, MOST_CHILDREN + 2, tokens=True)
        made = [one for one in found if one["jti"] != jti]
        return sorted(made, key=lambda one: (_whole(one.get("issued_at")), str(one["jti"])))

    def _endings(self, records: Sequence[JsonObject], since: int, until: int, tenant: str | None) -> Iterator[Ending]:
        """In the order in which they were written."""
        keys = {str(one["jti"]): _keys(one) for one in records}
        issued = {str(one["jti"]): _whole(one.get("issued_at")) for one in records}
        under = frozenset[RevocationKey]().union(*keys.values())
        filed = self.records.filed(under, since, until, MOST_EVENTS, tokens=False)
        events = [(revocation_recorded(one), is_of(one, tenant)) for one in filed if one.get("outcome") == OUTCOME]
        for revocation, is_theirs in sorted(events, key=lambda one: (one[0].revoked_at, one[0].key)):
            covers = [jti for jti in keys if revocation.key in keys[jti] and revocation.covers(issued[jti])]
            if covers:
                yield Ending(revocation, tuple(covers), is_theirs)


def _life(records: Sequence[JsonObject]) -> tuple[int, int]:
    """From when the first of them was issued until when the last of them ends; of what is no token its one moment."""
    moments = [_whole(one.get(name)) for one in records for name in ("issued_at", "expires_at", "recorded_at")]
    known = [moment for moment in moments if moment] or [0]
    return min(known), max(known)


def _keys(record: JsonObject) -> frozenset[RevocationKey]:
    filed = record.get(FILED)
    return frozenset(read_key(str(text)) for text in filed) if isinstance(filed, list | tuple) else frozenset()


def _whole(value: Json) -> int:
    return value if isinstance(value, int) else 0
