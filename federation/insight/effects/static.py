"""What changes for identities that nobody has seen: what rules grant by themselves, and what policies' examples say."""

from collections.abc import Iterator

from federation.insight.effects.access import Right, Terms
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.client_credentials import as_principal
from federation.model.policy import Place
from federation.model.trust import CLIENT_CREDENTIALS, Client, DocumentRef, Issuer, Kind, Mapping
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.example_request import read_example
from federation.policy.cedar.example_values import BadExample
from federation.policy.cedar.slices import PolicySlices
from federation.policy.cedar.zones import ZoneTable
from federation.policy.ceilings import Way


def granted_by(snapshot: Snapshot, ref: DocumentRef) -> dict[Right, Terms]:
    """What an enabled mapping grants within the ceiling of each audience, whoever it fits; principals are templates.

    The same of a client that may ask for itself: it is its own mapping.
    """
    if ref.kind is Kind.CLIENT:
        client = snapshot.client(ref.id)
        if client is None or CLIENT_CREDENTIALS not in client.grants:
            return {}
        itself = as_principal(client)
        return dict(_granted(snapshot, itself.mapping, itself.issuer, client))
    mapping = snapshot.mapping(ref.id) if ref.kind is Kind.MAPPING else None
    issuer = next((one for one in snapshot.issuers() if mapping and one.id == mapping.issuer), None)
    return dict(_granted(snapshot, mapping, issuer)) if mapping and issuer and issuer.enabled else {}


def _granted(
    snapshot: Snapshot, mapping: Mapping, issuer: Issuer, client: Client | None = None
) -> Iterator[tuple[Right, Terms]]:
    granted = {grant.audience for grant in mapping.grants}
    for audience in (one for one in snapshot.audiences() if one.id in granted):
        if target := Way(audience, mapping, (issuer,), client).target:
            for scope in sorted(target.scopes):
                yield Right(mapping.principal, issuer.tenant, audience.id, scope), Terms(target.max_ttl, ())


def examples_of(snapshot: Snapshot, policies: Snapshot) -> Iterator[tuple[str, int, Right, bool]]:
    """(policy, number, what is asked, allowed) of every example in `snapshot`, as all policies of `policies` decide."""
    places = {one.id: Place(one.id, one.environment, one.tenant) for one in snapshot.audiences()}
    zones = ZoneTable.of(policies.policies().zones)
    slices, engine = PolicySlices(policies.policies().policies), CedarEngine()
    for ref in sorted(ref for ref in snapshot.documents if ref.kind is Kind.POLICY):
        examples = (snapshot.body(ref) or {}).get("examples", ())
        for number, example in enumerate(examples if isinstance(examples, list | tuple) else ()):
            try:
                request = read_example(example, places, zones)
            except BadExample:
                continue
            allowed = engine.decide(request, slices).allowed
            scope = " ".join(request.context.scopes)
            yield (
                ref.id,
                number,
                Right(request.principal.id, request.principal.tenant, request.audience.id, scope),
                allowed,
            )
