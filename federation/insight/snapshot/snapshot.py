"""Trust as it stands, or as it would stand after an edit, in memory: every directory of the token path on one value.

A copy with one document changed shares everything else with its original, so that an edit can be tried out on a table
of any size before it is written.
"""

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as ReadOnly
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from federation.documents.registry import REGISTRY, Decoded
from federation.insight.snapshot.parts import (
    Filing,
    decoded,
    filed,
    filing_of,
    refiled,
    with_value,
)
from federation.model.documents import StoredDocument
from federation.model.json import JsonObject
from federation.model.names import IssuerName, NamedIssuers
from federation.model.policy import IN_POLICY_SET, FiledRules, Policy, PolicyDocuments, Shelf, Zone
from federation.model.trust import Audience, Client, DocumentRef, DocumentVersion, Issuer, Kind, Mapping, Selector
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.policy.cedar.filing import KnownPolicies
from federation.verification.issuer_names import KnownIssuers

_FIRST_VERSION = 1

_T = TypeVar("_T")


class Snapshot(Struct, frozen=True, eq=False):
    """IssuerDirectory, AudienceDirectory, MappingIndex, MappingsById, ClientsById and PolicyDirectory.

    Corrupt issuers, audiences, mappings and clients are left out, as the trust table's reader leaves them out; with a
    corrupt policy or zone nothing is decided.
    """

    documents: ReadOnly[DocumentRef, StoredDocument]
    decoded: ReadOnly[DocumentRef, Decoded]
    """All but the corrupt ones."""
    filed: ReadOnly[Filing, tuple[str, ...]]
    """Where enabled mappings lie -> their ids, sorted."""
    all_issuers: tuple[Issuer, ...]
    known_issuers: KnownIssuers
    """The same, by their names."""
    all_audiences: tuple[Audience, ...]
    policy_documents: PolicyDocuments
    filed_policies: KnownPolicies
    """Of the same documents."""

    @classmethod
    def of_stored(cls, documents: Iterable[StoredDocument], policy_version: int = _FIRST_VERSION) -> "Snapshot":
        """What lies in the trust table. Of other kinds than people write nothing is kept."""
        written = sorted((DocumentRef(one.kind, one.id), one) for one in documents if one.kind in REGISTRY)
        values = decoded(one for _, one in written)
        issuers = _all(values.values(), Issuer)
        policies = _policies(values, policy_version)
        return cls(
            documents=dict(written),
            decoded=values,
            filed=filed(_all(values.values(), Mapping), issuers),
            all_issuers=issuers,
            known_issuers=KnownIssuers(issuers),
            all_audiences=_all(values.values(), Audience),
            policy_documents=policies,
            filed_policies=KnownPolicies(policies),
        )

    @classmethod
    def of_bodies(cls, bodies: Iterable[JsonObject]) -> "Snapshot":
        """Documents as people write them, each in its first version; without a `kind` and an `id` raises KeyError."""
        return cls.of_stored(
            StoredDocument(Kind(str(body["kind"])), str(body["id"]), _FIRST_VERSION, body) for body in bodies
        )

    def with_change(self, document: StoredDocument) -> "Snapshot":
        """The same but for this document, which is new or takes the place of the one of its name."""
        ref = DocumentRef(document.kind, document.id)
        return self._with(ref, document, decoded((document,)).get(ref))

    def with_body(self, body: JsonObject) -> "Snapshot":
        """The same but for the document that `body` names by its `kind` and `id`, in its next version."""
        ref = DocumentRef(Kind(str(body["kind"])), str(body["id"]))
        before = self.documents.get(ref)
        version, since = (before.version + 1, before.since) if before else (_FIRST_VERSION, _FIRST_VERSION)
        return self.with_change(StoredDocument(ref.kind, ref.id, version, body, since))

    def without(self, ref: DocumentRef) -> "Snapshot":
        """The same without that document."""
        return self._with(ref, None, None)

    def body(self, ref: DocumentRef) -> JsonObject | None:
        """What was written, `kind` and `id` included; None: there is no such document."""
        stored = self.documents.get(ref)
        return None if stored is None else {"kind": ref.kind.value, "id": ref.id, **stored.body}

    def issuers(self) -> tuple[Issuer, ...]:
        """All, disabled ones included."""
        return self.all_issuers

    def audiences(self) -> tuple[Audience, ...]:
        """All, disabled ones included."""
        return self.all_audiences

    def issuer(self, id_: str) -> Issuer | None:
        """Disabled ones included; None where there is none, or it is corrupt."""
        return self.known_issuers.issuer(id_)

    def issuers_named(self, names: Sequence[IssuerName]) -> NamedIssuers:
        """Enabled ones with any of the names."""
        return self.known_issuers.issuers_named(names)

    def audience(self, id_: str) -> Audience | None:
        """Disabled ones included; None where there is none, or it is corrupt."""
        found = self.decoded.get(DocumentRef(Kind.AUDIENCE, id_))
        return found if isinstance(found, Audience) else None

    def audiences_at(self, resource: str) -> tuple[Audience, ...]:
        """Those with that `resource`, disabled ones included."""
        return tuple(one for one in self.all_audiences if one.resource == resource)

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        """Enabled mappings of the issuer under any of the selectors, sorted by id."""
        return self._under(*(Filing(issuer, selector) for selector in dict.fromkeys(selectors)))

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        """Enabled mappings of the issuer that pin none of its provider's selectors, sorted by id."""
        return self._under(Filing(issuer, None))

    def mapping(self, id_: str) -> Mapping | None:
        """Disabled ones included; None where there is none, or it is corrupt."""
        found = self.decoded.get(DocumentRef(Kind.MAPPING, id_))
        return found if isinstance(found, Mapping) else None

    def mappings(self) -> tuple[Mapping, ...]:
        """All, disabled ones included, sorted by id."""
        return _all(self.decoded.values(), Mapping)

    def client(self, id_: str) -> Client | None:
        """Disabled ones included; None where there is none, or it is corrupt."""
        found = self.decoded.get(DocumentRef(Kind.CLIENT, id_))
        return found if isinstance(found, Client) else None

    def policies(self) -> PolicyDocuments:
        """Raises TemporarilyUnavailable if any policy or zone is corrupt: it might be the one that forbids."""
        broken = sorted(ref.id for ref in self.corrupt if ref.kind in IN_POLICY_SET)
        if broken:
            raise TemporarilyUnavailable(Reason.POLICY_UNAVAILABLE, f"corrupt: {', '.join(broken)}")
        return self.policy_documents

    def shelves(self, wanted: Collection[Shelf]) -> ReadOnly[Shelf, FiledRules]:
        """What lies there; raises as `policies`."""
        self.policies()
        return self.filed_policies.shelves(wanted)

    def zones(self) -> tuple[Zone, ...]:
        """All; raises as `policies`."""
        return self.policies().zones

    def policy_sets(self, tenant: str | None) -> tuple[DocumentVersion, ...]:
        """One version for all of them."""
        return self.filed_policies.policy_sets(tenant)

    @property
    def corrupt(self) -> frozenset[DocumentRef]:
        """What cannot be read."""
        if len(self.documents) == len(self.decoded):
            return frozenset()
        return frozenset(self.documents.keys() - self.decoded.keys())

    def _under(self, *filings: Filing) -> tuple[Mapping, ...]:
        ids = sorted({id_ for filing in filings for id_ in self.filed.get(filing, ())})
        found = (self.mapping(id_) for id_ in ids)
        return tuple(one for one in found if one is not None)

    def _with(self, ref: DocumentRef, document: StoredDocument | None, value: Decoded | None) -> "Snapshot":
        changed = replace(
            self,
            documents=with_value(self.documents, ref, document),
            decoded=with_value(self.decoded, ref, value),
        )
        if ref.kind is Kind.MAPPING:
            return replace(changed, filed=_moved(self, changed, ref))
        if ref.kind is Kind.ISSUER:
            return _with_issuers(self, changed, ref.id)
        if ref.kind is Kind.AUDIENCE:
            return replace(changed, all_audiences=_all(changed.decoded.values(), Audience))
        if ref.kind in IN_POLICY_SET:
            version = self.policy_documents.version + 1
            policies = _policies(changed.decoded, version)
            return replace(changed, policy_documents=policies, filed_policies=KnownPolicies(policies))
        return changed


def _moved(before: Snapshot, after: Snapshot, ref: DocumentRef) -> ReadOnly[Filing, tuple[str, ...]]:
    return refiled(before.filed, ref.id, _place(before, before.mapping(ref.id)), _place(after, after.mapping(ref.id)))


def _place(snapshot: Snapshot, mapping: Mapping | None) -> Filing | None:
    if mapping is None:
        return None
    issuer = snapshot.decoded.get(DocumentRef(Kind.ISSUER, mapping.issuer))
    return filing_of(mapping, issuer if isinstance(issuer, Issuer) else None)


def _with_issuers(before: Snapshot, changed: Snapshot, issuer: str) -> Snapshot:
    """Another provider files the issuer's mappings under other claims."""
    issuers = _all(changed.decoded.values(), Issuer)
    after = replace(changed, all_issuers=issuers, known_issuers=KnownIssuers(issuers))
    ref = DocumentRef(Kind.ISSUER, issuer)
    if _provider(before.decoded.get(ref)) == _provider(after.decoded.get(ref)):
        return after
    mappings = _all(after.decoded.values(), Mapping)
    return replace(after, filed=filed(mappings, after.all_issuers))


def _provider(issuer: Decoded | None) -> str | None:
    return issuer.provider if isinstance(issuer, Issuer) else None


def _policies(values: ReadOnly[DocumentRef, Decoded], version: int) -> PolicyDocuments:
    return PolicyDocuments(version, _all(values.values(), Policy), _all(values.values(), Zone))


def _all(values: Iterable[Decoded], kind: type[_T]) -> tuple[_T, ...]:
    """Those of one kind, sorted by id."""
    return tuple(sorted((one for one in values if isinstance(one, kind)), key=lambda one: str(getattr(one, "id", ""))))
