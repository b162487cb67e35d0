"""Names in a policy that no document has: a forbid for a misspelt environment forbids nothing, and looks like one."""

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly

from federation.documents.document_set import DocumentSet, Written
from federation.documents.schema.policy import PolicyDocument
from federation.documents.source import Problem
from federation.mapping.templates import parse_principal
from federation.model.nearest import did_you_mean
from federation.model.trust import CLIENT_NAMESPACE
from federation.policy.cedar.names import names_of

_WHO = frozenset({"Principal", "Actor"})


def unknown_names(documents: DocumentSet) -> Iterator[Problem]:
    """A warning for each; nothing is said of a kind of which there is no document here at all."""
    known = _known(documents)
    for policy in documents.policies.values():
        for name in names_of(policy.document.id, policy.document.cedar):
            ids = known.get(name.kind, frozenset())
            if ids and name.id not in ids:
                message = f'no document here has {name.kind} "{name.id}", so what it says of that is never so'
                yield _at(policy, name.id, message, did_you_mean(name.id, sorted(ids)))
        yield from _unknown_principals(policy, documents)


def _at(policy: Written[PolicyDocument], text: str, message: str, hint: str) -> Problem:
    cedar = policy.document.cedar
    start = max(cedar.find(json.dumps(text, ensure_ascii=False)), 0)
    return policy.source.problem_in_text(("cedar",), cedar.count("\n", 0, start) + 1, message, hint)


def _unknown_principals(policy: Written[PolicyDocument], documents: DocumentSet) -> Iterator[Problem]:
    """Who asks or acts comes of a mapping, or is a client that asks for itself."""
    templates = sorted({written.document.principal for written in documents.mappings.values()})
    clients = {f"{CLIENT_NAMESPACE}/{id_}" for id_ in documents.clients}
    for name in names_of(policy.document.id, policy.document.cedar) if templates else ():
        known = name.kind not in _WHO or name.id in clients or any(_may_yield(one, name.id) for one in templates)
        if not known:
            message = f'no mapping here yields {name.kind} "{name.id}", so what it says of that is never so'
            yield _at(policy, name.id, message, did_you_mean(name.id, [*templates, *clients]))


def _may_yield(template: str, principal: str) -> bool:
    """Whether some claims make this principal of that template: a claim yields one word."""
    pieces = (re.escape(one) if isinstance(one, str) else r"[A-Za-z0-9._@-]+" for one in parse_principal(template))
    return re.fullmatch("".join(pieces), principal) is not None


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
