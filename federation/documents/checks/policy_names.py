"""Names in a policy that no document has: a forbid for a misspelt environment forbids nothing, and looks like one."""

from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly

from federation.documents.document_set import DocumentSet
from federation.documents.source import Problem
from federation.model.nearest import did_you_mean
from federation.policy.cedar.names import names_of


def unknown_names(documents: DocumentSet) -> Iterator[Problem]:
    """A warning for each; nothing is said of a kind of which there is no document here at all."""
    known = _known(documents)
    for policy in documents.policies.values():
        for name in names_of(policy.document.id, policy.document.cedar):
            ids = known.get(name.kind, frozenset())
            if ids and name.id not in ids:
                message = f'no document here has {name.kind} "{name.id}", so what it says of that is never so'
                yield policy.source.problem(("cedar",), message, did_you_mean(name.id, sorted(ids)))


def _known(documents: DocumentSet) -> ReadOnly[str, frozenset[str]]:
    audiences = [written.document for written in documents.audiences.values()]
    tenants = {one.tenant for one in audiences} | {written.document.tenant for written in documents.issuers.values()}
    return {
        "Audience": frozenset(documents.audiences),
        "Environment": frozenset(one.environment for one in audiences if one.environment),
        "Tenant": frozenset(tenant for tenant in tenants if tenant),
        "Zone": frozenset(documents.zones),
        "Issuer": frozenset(documents.issuers),
    }
