"""What happened: tokens that were issued, changes of trust, refused requests, and who stands behind a token."""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from federation.audit.trust_change import DOCUMENT
from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.ports import AuditPage, AuditRecords, RefusalSearch

MAX_LINKS = 16
"""Of a chain of custody; ours have four actors at most, but narrowing alone may repeat."""
LATELY = 1000
"""Tokens that are looked through for a request by its correlation id."""


class Search(Struct, frozen=True):
    """What somebody looks for; what is None may be anything. `since`: seconds since the epoch."""

    since: int
    jti: str | None = None
    principal: str | None = None
    issuer: str | None = None
    correlation_id: str | None = None
    tenant: str | None = None
    """Whose records alone are seen."""


class Link(NamedTuple):
    """A token of a chain, the one that was asked about first."""

    jti: str
    record: JsonObject | None
    """None: there is no record of it."""


class Trail(Struct, frozen=True):
    """Reads alone."""

    records: AuditRecords
    refusals: RefusalSearch

    def page(self, search: Search, after: str | None, limit: int) -> AuditPage:
        """A page that may have few records, or none, although there are more; raises ValueError for a bad `after`."""
        if search.jti is not None:
            record = self.records.record(search.jti)
            return AuditPage(_wanted((record,) if record else (), search), None)
        if search.correlation_id is not None:
            return AuditPage(_listed(_wanted(self._of_request(search, search.correlation_id), search)), None)
        page = self.records.page(search.since, _key(search), after, limit)
        return AuditPage(_listed(_wanted(page.records, search)), page.after)

    def chain(self, jti: str, tenant: str | None) -> tuple[Link, ...]:
        """From a token back to the one with which everything began; empty where that is not theirs to see."""
        links = tuple(self._links(jti))
        if links[0].record is None or not _is_of(links[0].record, tenant):
            return ()
        return tuple(one if one.record and _is_of(one.record, tenant) else Link(one.jti, None) for one in links)

    def _links(self, jti: str) -> Iterator[Link]:
        named: object = jti
        for _ in range(MAX_LINKS):
            if not isinstance(named, str):
                return
            record = self.records.record(named)
            yield Link(named, record)
            named = record.get("parent_jti") if record else None

    def _of_request(self, search: Search, id_: str) -> tuple[JsonObject, ...]:
        """Its refusal, or its token: a chain that begins with a request is named after it."""
        refused = self.refusals.refusals(id_, search.since)
        if refused:
            return refused
        begun = self.records.page(search.since, RevocationKey(RevocationTarget.TXN, id_), None, LATELY).records
        found = begun or self.records.page(search.since, None, None, LATELY).records
        return tuple(one for one in found if one.get("correlation_id") == id_)


def _listed(records: tuple[JsonObject, ...]) -> tuple[JsonObject, ...]:
    """Without whole documents, which would not fit into one answer: each is shown by the `jti` of its record."""
    return tuple({name: value for name, value in one.items() if name != DOCUMENT} for one in records)


def _is_of(record: JsonObject, tenant: str | None) -> bool:
    return tenant in (None, record.get("tenant"))


def _key(search: Search) -> RevocationKey | None:
    """What the records are filed under that are looked for."""
    if search.principal is not None:
        return RevocationKey(RevocationTarget.PRINCIPAL, search.principal)
    return None if search.issuer is None else RevocationKey(RevocationTarget.ISSUER, search.issuer)


def _wanted(records: tuple[JsonObject, ...], search: Search) -> tuple[JsonObject, ...]:
    """What they are filed under they fall under already, by a link of their chain perhaps."""
    key = None if search.jti or search.correlation_id else _key(search)
    principal = None if key and key.what is RevocationTarget.PRINCIPAL else search.principal
    issuer = None if key and key.what is RevocationTarget.ISSUER else search.issuer
    return tuple(
        one
        for one in records
        if search.tenant in (None, one.get("tenant"))
        and principal in (None, one.get("principal"), one.get("actor_principal"))
        and issuer in (None, one.get("issuer"), one.get("root_issuer"), one.get("actor_issuer"))
    )
