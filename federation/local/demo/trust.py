"""Trust documents with their issuers' keys on loopback, so that nothing on the internet is asked.

Providers' issuer URLs stay as they are, so their tokens carry the true `iss` and pass the provider's own checks; only
the place of the keys is replaced. A partner's issuer lives on loopback altogether, discovery included.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

from msgspec.structs import replace

from federation.documents.source import SourceDocument
from federation.local.issuers.keys import IssuerKey, generate_key
from federation.local.issuers.loopback import LoopbackIssuers

EXAMPLES = Path(__file__).parents[3] / "examples" / "trust"

IssuerDocument: TypeAlias = dict[str, Any]
"""An Issuer document as it was written."""

_PARTNERS = "oidc"
_WITHOUT_TOKENS = frozenset({"certificates", "caller_identity"})
"""Sources of keys for identities of another kind."""


def issuer_documents(sources: Iterable[SourceDocument]) -> dict[str, IssuerDocument]:
    """The Issuer documents by id; what has not even an id is left out, for the validator to find."""
    values = (source.value for source in sources)
    issuers = (value for value in values if isinstance(value, dict) and value.get("kind") == "Issuer")
    return {issuer["id"]: issuer for issuer in issuers if isinstance(issuer.get("id"), str)}


def generate_keys(issuers: dict[str, IssuerDocument]) -> dict[str, IssuerKey]:
    """A fresh key for every issuer that signs tokens, by its document's id."""
    signing = ((name, issuer) for name, issuer in issuers.items() if _signs_tokens(issuer))
    return {name: generate_key(f"{name}-1", _algorithm(issuer), _use(issuer)) for name, issuer in signing}


def on_loopback(sources: Iterable[SourceDocument], issuers: LoopbackIssuers) -> list[SourceDocument]:
    """The same documents, with the keys of every issuer that `issuers` knows served by it."""
    return [_moved(source, issuers) for source in sources]


def client_keys(sources: Iterable[SourceDocument]) -> dict[str, IssuerKey]:
    """A fresh key for every Client that signs assertions, by its id."""
    clients = (source.value for source in sources if isinstance(source.value, dict))
    signing = [client for client in clients if _signs_assertions(client)]
    return {client["id"]: generate_key(f"{client['id']}-1", "ES256") for client in signing}


def with_client_keys(sources: Iterable[SourceDocument], keys: dict[str, IssuerKey]) -> list[SourceDocument]:
    """The same documents, with those keys in the place of the clients' own."""
    return [_rekeyed(source, keys) for source in sources]


def _rekeyed(source: SourceDocument, keys: dict[str, IssuerKey]) -> SourceDocument:
    client: Any = source.value
    if not isinstance(client, dict) or not _signs_assertions(client) or client["id"] not in keys:
        return source
    auth: dict[str, Any] = {"method": "private_key_jwt", "jwks": keys[client["id"]].jwks}
    return replace(source, value={**client, "auth": auth})


def _signs_assertions(document: dict[str, Any]) -> bool:
    auth = document.get("auth")
    return (
        document.get("kind") == "Client"
        and isinstance(document.get("id"), str)
        and isinstance(auth, dict)
        and auth.get("method") == "private_key_jwt"
    )


def _moved(source: SourceDocument, issuers: LoopbackIssuers) -> SourceDocument:
    for name, issuer in issuer_documents([source]).items():
        if name not in issuers.names:
            return source
        where = issuers.endpoints(name)
        moved: IssuerDocument = {"keys": {"jwks_uri": where.jwks_uri}}
        if issuer.get("provider") == _PARTNERS:
            moved = {"issuer": where.issuer, "keys": {"discovery": True}}
        return replace(source, value={**issuer, **moved})
    return source


def _signs_tokens(issuer: IssuerDocument) -> bool:
    return _WITHOUT_TOKENS.isdisjoint(issuer.get("keys") or {})


def _use(issuer: IssuerDocument) -> str:
    """A SPIFFE bundle says which of its keys sign JWT-SVIDs."""
    return "jwt-svid" if issuer.get("provider") == "spiffe" else "sig"


def _algorithm(issuer: IssuerDocument) -> str:
    """A key is quick to make for ES256; RS256 is what most providers sign with."""
    return "ES256" if "ES256" in issuer.get("algorithms", []) else "RS256"
