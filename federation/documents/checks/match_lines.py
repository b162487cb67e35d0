"""Lines of a mapping that will never hold, as far as its provider's documentation tells: a warning for each."""

from collections.abc import Iterator

from federation.documents.checks.guard_rails import Objection
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.schema.mapping import MappingDocument
from federation.mapping.match import ClaimPath, as_path, parse_path
from federation.verification.claims_table import REGISTERED, Check, ClaimsTable
from federation.verification.provider import Provider
from federation.verification.providers import provider_named

_LISTS = frozenset({"acrs", "amr", "entitlements", "groups", "roles", "wids"})
"""Claims that are lists wherever they are documented (OpenID Connect Core section 2, RFC 9068 section 2.2.3.1)."""
_ONE_VALUE = ("x", "1", 1, True, "00000000-0000-4000-8000-000000000000")
_IN_A_POLICY = 'ask in a policy: context.claims.lists.getTag("{0}").contains("{1}")'


def line_warnings(mapping: MappingDocument, issuer: IssuerDocument) -> Iterator[Objection]:
    """Each line that no token of the issuer's provider is known to fit."""
    provider = provider_named(issuer.provider)
    for text, value in mapping.match.items():
        path = parse_path(text)
        if meant := _without_quotes(path, provider.table):
            message = f"{text} leads into a claim {path[0]}, which no token of {provider.name} has"
            yield Objection(("match", text), message, f"quote the name with dots in it: {meant}")
        elif path[0] in _LISTS and len(path) == 1:
            message = f"{text} is a list in tokens, and a line compares one value, so it never holds"
            yield Objection(("match", text), message, _IN_A_POLICY.format(text, value))
        elif problem := _never(path, provider):
            yield Objection(("match", text), problem)


def _without_quotes(path: ClaimPath, table: ClaimsTable) -> str | None:
    """The path that was meant, where a claim whose name has dots was written without quotes; None: it was not."""
    if _is_known(path[0], table):
        return None
    for end in range(len(path), 1, -1):
        name = ".".join(path[:end])
        if _is_documented(name, table):
            return ".".join(map(as_path, (name, *path[end:])))
    return None


def _never(path: ClaimPath, provider: Provider) -> str | None:
    name, check = path[0], provider.table.forms.get(path[0])
    if provider.has_rules and not _is_known(name, provider.table):
        return f"the tokens of {provider.name} are not known to have a claim {name}"
    if len(path) > 1 and (name in REGISTERED or (check is not None and _is_one_value(check))):
        return f"{name} is one value in tokens of {provider.name}, so nothing lies within it"
    return None


def _is_one_value(check: Check) -> bool:
    return any(check(value) for value in _ONE_VALUE)


def _is_known(name: str, table: ClaimsTable) -> bool:
    return _is_documented(name, table) or bool(table.accounted_prefixes and name.startswith(table.accounted_prefixes))


def _is_documented(name: str, table: ClaimsTable) -> bool:
    return name in REGISTERED or name in table.accounted or name in table.forms
