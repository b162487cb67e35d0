"""What only a whole set of documents can get wrong: names without a document, and documents that contradict."""

from collections import Counter
from collections.abc import Iterable, Iterator

from federation.documents.checks.clients import client_problems, shared_authorities, shared_trust_domains
from federation.documents.checks.guard_rails import lends_itself, objections, read_as_others, trusts_too_many
from federation.documents.checks.mapping_examples import example_problems
from federation.documents.checks.match_lines import line_warnings
from federation.documents.checks.names import name_problems
from federation.documents.checks.policies import namesakes, policy_problems
from federation.documents.checks.policy_names import unknown_names
from federation.documents.checks.principals import meeting_principals
from federation.documents.document_set import DocumentSet, DocumentT_co, Written
from federation.documents.registry import REGISTRY, Reference, Tenancy, references
from federation.documents.schema.document import TrustDocument
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.schema.mapping import GrantPart, MappingDocument
from federation.documents.source import STORED, Problem
from federation.mapping.match import filed_under
from federation.model.document_values import seconds
from federation.model.documents import decode_audience, decode_issuer, decode_mapping
from federation.model.nearest import did_you_mean
from federation.model.trust import Audience, DocumentRef, Kind, MatchValue
from federation.policy.ceilings import Limit, Way, is_for
from federation.verification.providers import provider_named

_TENANTS = "give both the same tenant, or what is named none if it is everybody's"
_PARTIAL = frozenset({Kind.AUDIENCE})
"""Kinds whose references may be into documents that the folder has not: an API may be registered later."""
_CONDITIONS = frozenset({Kind.POLICY})
"""Kinds that speak of documents without resting on them: see `policy_names`."""


def reference_problems(documents: DocumentSet, *, complete: bool) -> Iterator[Problem]:
    """`complete`: the set has every document that there is, so that what it lacks is nowhere."""
    for ref, written in documents.every:
        if written.source.file == STORED or ref.kind in _CONDITIONS:
            continue
        for reference in references(ref.kind, written.body):
            if not documents.knows(reference.ref) and (complete or ref.kind not in _PARTIAL):
                yield _into_nowhere(written, reference, documents)
            yield from _of_another_tenant(ref, written, reference, documents)


def reference_warnings(documents: DocumentSet) -> Iterator[Problem]:
    """Of a set that may be only a part of all documents."""
    for ref, written in documents.every:
        for reference in references(ref.kind, written.body) if ref.kind in _PARTIAL else ():
            if not documents.knows(reference.ref):
                yield _into_nowhere(written, reference, documents, " here")


def _into_nowhere(
    written: Written[TrustDocument], reference: Reference, documents: DocumentSet, where: str = ""
) -> Problem:
    kind, id_ = reference.ref
    hint = did_you_mean(id_, documents.by_kind.get(kind, ()))
    return written.source.problem(reference.location, f"there is no {kind} {id_}{where}", hint)


def _of_another_tenant(
    ref: DocumentRef, written: Written[TrustDocument], reference: Reference, documents: DocumentSet
) -> Iterator[Problem]:
    try:
        own, theirs = documents.tenant_of(ref), documents.tenant_of(reference.ref)
    except KeyError:  # one of them is not there or malformed, which is said by itself
        return
    if not is_for(theirs, own):
        who = "its issuer" if REGISTRY[ref.kind].tenancy is Tenancy.OF_ISSUER else f"the {ref.kind.lower()}"
        message = f"{reference.ref.kind} {reference.ref.id} is of tenant {theirs}, {who} of {own or 'none'}"
        yield written.source.problem(reference.location, message, _TENANTS)


MANY_PATTERNS = 20
"""Mappings that pin no selector are all read for every token of their issuer that nothing pins."""


def problems(documents: DocumentSet, own_issuer: str = "", *, complete: bool = False) -> Iterator[Problem]:
    """Everything that contradicts. `own_issuer`: our URL, where it is known. `complete`: these are all documents."""
    yield from reference_problems(documents, complete=complete)
    yield from _same_issuer(documents, own_issuer)
    yield from _same_stream(documents, own_issuer)
    yield from _others_of_ours(documents)
    yield from shared_authorities(documents.issuers.values())
    yield from shared_trust_domains(documents.issuers.values())
    yield from _same_resource(documents)
    yield from name_problems(documents)
    for mapping in documents.mappings.values():
        yield from _mapping_problems(mapping, documents)
        yield from example_problems(mapping, documents)
    yield from _same_match(documents)
    yield from meeting_principals(documents)
    yield from client_problems(documents)
    yield from policy_problems(documents)


def warnings(documents: DocumentSet) -> Iterator[Problem]:
    """What works, but is dangerous, or will not work for long (DESIGN section 8)."""
    for mapping in documents.mappings.values():
        if mapping.document.dangerous:
            yield _danger(mapping, documents.issuers[mapping.document.issuer].document)
        yield from _out_of_environment(mapping, documents)
        yield from _longer_than_the_audience(mapping, documents)
        issuer = documents.issuers[mapping.document.issuer].document
        for found in (*read_as_others(mapping.document, issuer), *line_warnings(mapping.document, issuer)):
            yield mapping.source.problem(found.location, found.message, found.hint)
    enabled = (mapping for mapping in documents.mappings.values() if mapping.document.enabled)
    patterns = Counter(one.document.issuer for one in enabled if _is_pattern(one.document, documents))
    for issuer_id, count in patterns.items():
        if count > MANY_PATTERNS:
            message = f"{count} mappings pin none of its provider's selectors; each is read for every token"
            yield documents.issuers[issuer_id].source.problem((), message, "pin a selector")
    yield from reference_warnings(documents)
    yield from unknown_names(documents)
    for policy in documents.policies.values():
        yield from namesakes(policy, documents, let_in=False)


def _danger(mapping: Written[MappingDocument], issuer: IssuerDocument) -> Problem:
    danger = trusts_too_many(dict(mapping.document.match), issuer) or lends_itself(mapping.document)
    if danger is None:
        message = "says dangerous: true and trusts no more than others do, but waits for a second admin all the same"
        return mapping.source.problem(("dangerous",), message, "leave dangerous out")
    message = "dangerous: holds for nobody until a second admin has confirmed it"
    return mapping.source.problem(("dangerous",), message, danger)


def _is_pattern(mapping: MappingDocument, documents: DocumentSet) -> bool:
    issuer = documents.issuers[mapping.issuer].document
    return filed_under(tuple(mapping.match.items()), provider_named(issuer.provider).table.selectors) is None


def _same_issuer(documents: DocumentSet, own_issuer: str) -> Iterator[Problem]:
    """A token names its issuer by (iss, aud); with two of them it would name neither (ATTACKS C12, D18).

    An issuer without audiences is meant for us, and so is one that names ours.
    """
    seen: dict[tuple[str, str], str] = {}
    by_token = (issuer for issuer in documents.issuers.values() if not issuer.document.keys.certificates)
    for issuer in _enabled(by_token):
        for audience in issuer.document.audiences or [own_issuer]:
            other = seen.setdefault((issuer.document.issuer, audience), issuer.document.id)
            if other != issuer.document.id:
                message = f"Issuer {other} has the same issuer and audience; a token could not choose"
                yield issuer.source.problem(("issuer",), message, "give each its own audience")


def _same_stream(documents: DocumentSet, own_issuer: str) -> Iterator[Problem]:
    """A SET names its stream by (iss, aud); with two of them it would name neither (ATTACKS C12)."""
    seen: dict[tuple[str, str], str] = {}
    for issuer in _enabled(documents.issuers.values()):
        if issuer.document.events is None:
            continue
        stream = (issuer.document.issuer, issuer.document.events.audience or own_issuer)
        other = seen.setdefault(stream, issuer.document.id)
        if other != issuer.document.id:
            message = f"Issuer {other} has the same stream of events; a SET could not choose"
            yield issuer.source.problem(("events",), message, "give each stream its own audience")


def _others_of_ours(documents: DocumentSet) -> Iterator[Problem]:
    """A token for both would belong to neither: it is refused, from any caller."""
    owners = {
        (issuer.document.issuer, audience): issuer.document.id
        for issuer in _enabled(documents.issuers.values())
        for audience in issuer.document.audiences
    }
    for issuer in _enabled(documents.issuers.values()):
        for number, audience in enumerate(issuer.document.other_audiences):
            if owner := owners.get((issuer.document.issuer, audience)):
                message = f"{audience} is an audience of Issuer {owner}; a token for both would have two owners"
                yield issuer.source.problem(("other_audiences", number), message, "leave it out")


def _same_resource(documents: DocumentSet) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for audience in documents.audiences.values():
        resource = audience.document.resource
        if resource and (other := seen.setdefault(resource, audience.document.id)) != audience.document.id:
            yield audience.source.problem(("resource",), f"Audience {other} has the same resource")


def _same_match(documents: DocumentSet) -> Iterator[Problem]:
    seen = {(stored.issuer, _lines(stored.match)): stored.id for stored in documents.alongside}
    for mapping in _enabled(documents.mappings.values()):
        lines = _lines(mapping.document.match.items())
        other = seen.setdefault((mapping.document.issuer, lines), mapping.document.id)
        if other != mapping.document.id:
            yield mapping.source.problem(("match",), f"Mapping {other} has the same lines; both would be refused")


def _lines(match: Iterable[tuple[str, MatchValue]]) -> frozenset[tuple[str, str]]:
    return frozenset((path, repr(value)) for path, value in match)  # repr tells 1 from True


def _mapping_problems(mapping: Written[MappingDocument], documents: DocumentSet) -> Iterator[Problem]:
    issuer = documents.issuers.get(mapping.document.issuer)
    for location, message, hint in objections(mapping.document, issuer.document) if issuer else ():
        yield mapping.source.problem(location, message, hint)
    for number, grant in enumerate(mapping.document.grants):
        for key, message, hint in _grant_problems(grant, documents):
            yield mapping.source.problem(("grants", number, key), message, hint)


def _out_of_environment(mapping: Written[MappingDocument], documents: DocumentSet) -> Iterator[Problem]:
    for number, audience in _barred(mapping, documents, Limit.ENVIRONMENT):
        where = f"environment {audience.environment}" if audience.environment else "no environment"
        message = f"Audience {audience.id} is of {where}, where Issuer {mapping.document.issuer} vouches for nobody"
        hint = "add the environment to the Issuer's environments, or leave the grant out"
        yield mapping.source.problem(("grants", number, "audience"), message, hint)


def _longer_than_the_audience(mapping: Written[MappingDocument], documents: DocumentSet) -> Iterator[Problem]:
    for number, grant in enumerate(mapping.document.grants):
        audience = documents.audiences.get(grant.audience)
        if audience and grant.max_ttl and seconds(grant.max_ttl) > seconds(audience.document.max_ttl):
            message = f"Audience {grant.audience} has max_ttl {audience.document.max_ttl}, and the shorter one holds"
            yield mapping.source.problem(("grants", number, "max_ttl"), message, "leave it out, or write a shorter one")


def _barred(mapping: Written[MappingDocument], documents: DocumentSet, limit: Limit) -> Iterator[tuple[int, Audience]]:
    """(number, audience) of each grant that this limit of the ceilings makes void."""
    issuer = documents.issuers.get(mapping.document.issuer)
    for number, grant in enumerate(mapping.document.grants if issuer else ()):
        audience = documents.audiences.get(grant.audience)
        if audience and issuer:
            way = Way(decode_audience(audience.stored), decode_mapping(mapping.stored), (decode_issuer(issuer.stored),))
            if any(barrier.limit is limit for barrier in way.barriers()):
                yield number, way.audience


def _grant_problems(grant: GrantPart, documents: DocumentSet) -> Iterator[tuple[str, str, str]]:
    audience = documents.audiences.get(grant.audience)
    if audience is None:
        return
    if beyond := [scope for scope in grant.scopes if scope not in audience.document.scopes]:
        message = f"Audience {grant.audience} has no scope {', '.join(beyond)}"
        yield "scopes", message, did_you_mean(beyond[0], audience.document.scopes)
    types = [detail.type for detail in audience.document.authorization_details]
    if unknown := [name for name in grant.authorization_details if name not in types]:
        message = f"Audience {grant.audience} has no type {', '.join(unknown)}"
        yield "authorization_details", message, did_you_mean(unknown[0], types)


def _enabled(documents: Iterable[Written[DocumentT_co]]) -> Iterator[Written[DocumentT_co]]:
    return (written for written in documents if written.document.enabled)
