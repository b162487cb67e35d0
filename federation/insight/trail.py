"""What happened: tokens that were issued, changes of trust, refused requests, and who stands behind a token."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from federation.audit.trust_change import DOCUMENT
from federation.model.glob import STAR, glob_matches
from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.ports import AuditPage, AuditRecords, RefusalSearch

FILED = "revocation_keys"
"""What a record is filed under: not for people."""
MAX_LINKS = 16
"""Of a chain of custody; ours have four actors at most, but narrowing alone may repeat."""
MAX_PAGES = 10
"""Pages of the table that one page looks through."""
LATELY = 1000
"""Tokens that are looked through for a request by its correlation id."""


class Search(Struct, frozen=True):
    """What is looked for; what is None may be anything. `since` and `until`: seconds since the epoch.

    Names may be globs, as in mappings.
    """

    since: int
    jti: str | None = None
    principal: str | None = None
    issuer: str | None = None
    correlation_id: str | None = None
    audience: str | None = None
    mapping: str | None = None
    client: str | None = None
    until: int | None = None
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
            return AuditPage(tuple(map(plain, _wanted((record,) if record else (), search))), None)
        if search.correlation_id is not None:
            return AuditPage(_listed(_wanted(self._of_request(search, search.correlation_id), search)), None)
        refused = self._refused(search, limit) if after is None else ()
        page = self._filtered(search, after, limit)
        return AuditPage(_listed((*refused, *page.records)), page.after)

    def _filtered(self, search: Search, after: str | None, limit: int) -> AuditPage:
        """Some pages of the table, as long as few of their records are those that are looked for."""
        found: list[JsonObject] = []
        for _ in range(MAX_PAGES):
            page = self.records.page(search.since, _key(search), after, limit - len(found), search.until)
            found += _wanted(page.records, search)
            after = page.after
            if after is None or len(found) >= limit:
                break
        return AuditPage(tuple(found), after)

    def _refused(self, search: Search, limit: int) -> tuple[JsonObject, ...]:
        """The latest refusals of an issuer, which are in no table: on the first page, before the records."""
        if search.issuer is None or STAR in search.issuer:
            return ()
        return _having(self.refusals.refusals_of(search.issuer, search.since), search)[-limit:][::-1]

    def chain(self, jti: str, tenant: str | None) -> tuple[Link, ...]:
        """From a token back to the one with which everything began; empty where that is not theirs to see."""
        links = tuple(self._links(jti))
        if links[0].record is None or not is_of(links[0].record, tenant):
            return ()
        return tuple(one if one.record and is_of(one.record, tenant) else Link(one.jti, None) for one in links)

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
    return tuple({name: value for name, value in plain(one).items() if name != DOCUMENT} for one in records)


def plain(record: JsonObject) -> JsonObject:
    """As it was committed, without what it is filed under."""
    return {name: value for name, value in record.items() if name != FILED}


def is_of(record: JsonObject, tenant: str | None) -> bool:
    """Whether it is for that tenant's auditor to see; None: of the whole platform."""
    return tenant in (None, record.get("tenant"))


def _key(search: Search) -> RevocationKey | None:
    """What the records are filed under that are looked for."""
    if search.principal is not None and STAR not in search.principal:
        return RevocationKey(RevocationTarget.PRINCIPAL, search.principal)
    named = {target: getattr(search, target.value) for target in _FILED_BY_ID}
    return next((RevocationKey(target, id_) for target, id_ in named.items() if id_ and STAR not in id_), None)


_FILED_BY_ID = (RevocationTarget.ISSUER, RevocationTarget.MAPPING, RevocationTarget.CLIENT)
_MEMBERS = {
    "principal": ("principal", "actor_principal"),
    "issuer": ("issuer", "root_issuer", "actor_issuer", "unverified_issuer"),
    "audience": ("audience", "requested_audience"),
    "mapping": ("mapping", "root_mapping", "actor_mapping"),
    "client": ("client_id",),
}
"""Where in a record stands what is looked for."""


def _wanted(records: tuple[JsonObject, ...], search: Search) -> tuple[JsonObject, ...]:
    """A principal's and an issuer's are what is filed under them, by a link of their chain perhaps."""
    key = None if search.jti or search.correlation_id else _key(search)
    is_theirs = key is not None and key.what in (RevocationTarget.PRINCIPAL, RevocationTarget.ISSUER)
    return _having(records, search, key.what.value if key is not None and is_theirs else None)


def _having(records: tuple[JsonObject, ...], search: Search, filed: str | None = None) -> tuple[JsonObject, ...]:
    """Those with everything that is asked for but what they are `filed` under."""
    asked = {name: pattern for name in _MEMBERS if name != filed and (pattern := getattr(search, name)) is not None}
    return tuple(one for one in records if _is_in(one, search) and all(_has(one, *each) for each in asked.items()))


def _is_in(record: JsonObject, search: Search) -> bool:
    """Whether it is theirs to see, and of that time."""
    if not is_of(record, search.tenant):
        return False
    return search.until is None or int(_moment(record)) <= search.until


def _moment(record: JsonObject) -> float:
    issued_at, time = record.get("issued_at"), record.get("time")
    if isinstance(issued_at, int):
        return issued_at
    return datetime.fromisoformat(time).timestamp() if isinstance(time, str) else 0


def _has(record: JsonObject, name: str, pattern: str) -> bool:
    return any(glob_matches(pattern, text) for member in _MEMBERS[name] for text in _texts(record.get(member)))


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value] if isinstance(value, list | tuple) else []
