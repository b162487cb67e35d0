"""What a write finds wrong with a mapping of some provider."""

from collections.abc import Mapping as ReadOnly

from federation.documents.source import InvalidDocuments
from federation.documents.validate import validate
from federation.model.trust import MatchValue
from tests.support.document_vectors import base, sources
from tests.support.provider_vectors import load


def mapping_problems(
    provider: str, match: ReadOnly[str, MatchValue], *, issuer: str | None = None, **mapping: object
) -> list[str]:
    """Each as people see it; `issuer`: another URL than that of the provider's vectors."""
    vectors = load(provider)
    keys = {"keys": vectors["keys"]} if "keys" in vectors else {}
    trusted = base("issuer", provider=provider, issuer=issuer or vectors["issuer"], **keys)
    rule = base("mapping", match=dict(match), **mapping)
    try:
        validate(sources(trusted, base("audience"), rule))
    except InvalidDocuments as error:
        return [str(problem) for problem in error.problems]
    return []
