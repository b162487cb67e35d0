"""A mapping's own tests: claims, and the principal, audience and scopes that must come of them, or must not."""

from collections.abc import Iterator

from federation.documents.document_set import DocumentSet, Written
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.schema.mapping import ExamplePart, MappingDocument
from federation.documents.source import Problem
from federation.mapping.match import as_path, is_glob, misses, top_level
from federation.mapping.templates import principal
from federation.model.json import Claims
from federation.oauth.errors import InvalidRequest
from federation.verification.provider import Provider
from federation.verification.providers import provider_named


def example_problems(mapping: Written[MappingDocument], documents: DocumentSet) -> Iterator[Problem]:
    """Each example that does not hold, in an enabled mapping or a disabled one."""
    issuer = documents.issuers.get(mapping.document.issuer)
    if issuer is None:
        return
    for number, example in enumerate(mapping.document.examples):
        why = _refusal(example, mapping.document, issuer.document, documents)
        if example.expect == "allow" and why:
            yield mapping.source.problem(("examples", number), f"expected to be allowed, but {why}")
        if example.expect == "deny" and not why:
            what = " ".join([*example.scopes, *(["at", example.audience] if example.audience else [])])
            message = f"expected to be denied, but these claims {f'get {what}' if what else 'fit'}"
            yield mapping.source.problem(("examples", number), message, "narrow the match or the grant")


def _refusal(
    example: ExamplePart, mapping: MappingDocument, issuer: IssuerDocument, documents: DocumentSet
) -> str | None:
    """Why what the example names does not come of its claims; None: it does."""
    provider = provider_named(issuer.provider)
    claims: Claims = {"iss": issuer.issuer, **example.claims}
    return (
        _form(claims, provider)
        or _unmatched(claims, mapping, provider)
        or _other_principal(claims, mapping, example)
        or _not_granted(example, mapping, documents)
    )


def _form(claims: Claims, provider: Provider) -> str | None:
    for name, check in provider.table.forms.items():
        if claims.get(name) is not None and not check(claims[name]):
            return f"claim {name} has another form than {provider.name} documents"
    return None


def _unmatched(claims: Claims, mapping: MappingDocument, provider: Provider) -> str | None:
    for miss in misses(tuple(mapping.match.items()), claims):
        return f"{miss.path} is not {miss.wanted}"
    named = {top_level(path) for path, wanted in mapping.match.items() if not is_glob(wanted)}
    unnamed = [as_path(name) for name in _to_be_named(claims, provider) if name not in named]
    return f"only a mapping with an exact line for {' and '.join(unnamed)} fits such claims" if unnamed else None


def _to_be_named(claims: Claims, provider: Provider) -> tuple[str, ...]:
    try:
        return provider.to_be_named(claims)
    except KeyError:  # an example need not have all claims of a token
        return ()


def _other_principal(claims: Claims, mapping: MappingDocument, example: ExamplePart) -> str | None:
    try:
        made = principal(mapping.principal, claims)
    except InvalidRequest as refusal:
        return refusal.detail
    return f"the principal is {made}" if example.principal not in (None, made) else None


def _not_granted(example: ExamplePart, mapping: MappingDocument, documents: DocumentSet) -> str | None:
    if example.audience is None:
        return None
    grant = next((grant for grant in mapping.grants if grant.audience == example.audience), None)
    if grant is None:
        return f"audience {example.audience} is not granted"
    audience = documents.audiences.get(example.audience)
    there = set(grant.scopes) & set(audience.document.scopes) if audience else set(grant.scopes)
    beyond = [scope for scope in example.scopes if scope not in there]
    return f"{' '.join(beyond)} is not granted at {example.audience}" if beyond else None
