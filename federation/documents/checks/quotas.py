"""Who has more documents than its share, where it is written. What is over a quota already may still be edited."""

from collections.abc import Iterator

from federation.documents.checks.stored import StoredTrust
from federation.documents.document_set import DocumentSet, Written
from federation.documents.schema.document import TrustDocument
from federation.documents.source import STORED, Problem
from federation.mapping.match import filed_under
from federation.model.quotas import Quotas
from federation.model.trust import DocumentRef, Kind
from federation.verification.providers import provider_named

_MEND = "delete what is not needed, or ask who runs the bridge for a higher quota (TenantQuotas)"


def quota_problems(documents: DocumentSet, stored: StoredTrust, quotas: Quotas) -> Iterator[Problem]:
    """Beside what is stored."""
    for kind, most in ((Kind.POLICY, quotas.policies), (Kind.ISSUER, quotas.issuers), (Kind.CLIENT, quotas.clients)):
        yield from _too_many(documents, stored, kind, most)
    yield from _too_much_text(documents, stored, quotas)
    for policy in documents.policies.values():
        number = len(policy.document.examples)
        if number > quotas.examples and policy.source.file != STORED:
            message = f"{number} examples; a policy has at most {quotas.examples}"
            yield policy.source.problem(("examples", quotas.examples), message, "put them into several policies")
    yield from _too_many_patterns(documents, stored, quotas.patterns)


def _new(documents: DocumentSet, kind: Kind) -> list[Written[TrustDocument]]:
    """What is to be written."""
    return [one for one in documents.by_kind.get(kind, {}).values() if one.source.file != STORED]


def _by_tenant(documents: DocumentSet, kind: Kind) -> dict[str, list[Written[TrustDocument]]]:
    found: dict[str, list[Written[TrustDocument]]] = {}
    for one in _new(documents, kind):
        if tenant := getattr(one.document, "tenant", None):
            found.setdefault(tenant, []).append(one)
    return found


def _too_many(documents: DocumentSet, stored: StoredTrust, kind: Kind, most: int) -> Iterator[Problem]:
    for tenant, written in _by_tenant(documents, kind).items():
        there = stored.owned(kind, tenant, most)
        added = [one for one in written if one.document.id not in there]
        for one in added[max(0, most - len(there)) :]:
            message = f"tenant {tenant} has {len(there)} documents of kind {kind}, and may have {most}"
            yield one.source.problem(("tenant",), message, _MEND)


def _too_much_text(documents: DocumentSet, stored: StoredTrust, quotas: Quotas) -> Iterator[Problem]:
    most = quotas.policy_bytes
    for tenant, written in _by_tenant(documents, Kind.POLICY).items():
        there = stored.owned_documents(Kind.POLICY, tenant, quotas.policies)
        before = {one.id: _size(one.body.get("cedar")) for one in there}
        after = before | {one.document.id: _size(one.body.get("cedar")) for one in written}
        total = sum(after.values())
        if total > max(most, sum(before.values())):
            message = f"tenant {tenant} would have {total} bytes of policies, and may have {most}"
            yield written[-1].source.problem(("cedar",), message, _MEND)


def _size(cedar: object) -> int:
    return len(str(cedar).encode())


def _too_many_patterns(documents: DocumentSet, stored: StoredTrust, most: int) -> Iterator[Problem]:
    by_issuer: dict[str, list[Written[TrustDocument]]] = {}
    for id_, mapping in documents.mappings.items():
        issuer = documents.issuers.get(mapping.document.issuer)
        if issuer is None or not mapping.document.enabled or mapping.source.file == STORED:
            continue
        selectors = provider_named(issuer.document.provider).table.selectors
        if filed_under(tuple(mapping.document.match.items()), selectors) is None:
            by_issuer.setdefault(issuer.document.id, []).append(documents.written(DocumentRef(Kind.MAPPING, id_)))
    for issuer_id, written in by_issuer.items():
        before = {one.id for one in stored.mappings.patterns(issuer_id)}
        there = {id_ for id_ in before if not stored.goes(id_) and id_ not in documents.mappings}
        there |= before & {one.document.id for one in written}
        added = [one for one in written if one.document.id not in before]
        for one in added[max(0, most - len(there)) :]:
            message = f"Issuer {issuer_id} has {len(there)} mappings that pin no selector, and may have {most}"
            yield one.source.problem(("match",), message, "pin one of its provider's selectors, such as sub")
