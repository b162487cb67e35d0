"""The running demo: a bridge, trust with the identity providers' keys on loopback, and a caller between them."""

import os
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from federation.client.admin import AdminApi
from federation.client.credential import Credential, write_private
from federation.client.http import Answer, post_form
from federation.documents.form import completed
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.documents.yaml_source import read_sources
from federation.local.admin_token import admin_documents, request_admin_token
from federation.local.audit_trail import Record
from federation.local.bridge import LocalBridge
from federation.local.demo.devices import DEVICE, ISSUER, vouched, write_device
from federation.local.demo.workloads import ALL, Workload
from federation.local.issuers.claims import ClaimSet
from federation.local.issuers.loopback import IssuerKey, LoopbackIssuers, generate_key
from federation.local.mtls.identity import CertifiedKey, device_identity
from federation.oauth.identifiers import GrantType, TokenType

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


class Providers(Struct, frozen=True):
    """Identity providers on loopback for every issuer that the trust documents name."""

    keys: Mapping[str, IssuerKey]
    sources: Sequence[SourceDocument]
    """The documents, with the keys on loopback."""
    clients: Mapping[str, IssuerKey] = field(default_factory=dict)
    """Keys of the registered clients that sign assertions, by client_id."""
    device: CertifiedKey | None = None
    """The device that has a client certificate."""

    @property
    def issuers(self) -> Mapping[str, IssuerDocument]:
        """The Issuer documents by id."""
        return issuer_documents(self.sources)

    def claims(self, workload: Workload, bridge_url: str) -> ClaimSet:
        """What its provider says of a workload that asks for a token to bring to us; its `jti` is fresh."""
        issuer = self.issuers[workload.issuer]
        audience = issuer.get("audiences", [bridge_url])[0]
        claims = workload.claims(issuer["issuer"], audience, int(time.time()))
        return {**claims, "jti": secrets.token_hex(16)} if "jti" in claims else claims

    def sign(self, workload: Workload, claims: ClaimSet) -> str:
        """The token, signed with the provider's key."""
        return self.keys[workload.issuer].sign(claims, workload.header)


class Trail(Protocol):
    """What an auditor reads."""

    def issued(self, jti: str) -> Record | None:
        """The record of an issued token; None: there is none."""
        ...

    def refused(self, correlation_id: str) -> list[Record]:
        """What was logged of the request with that correlation id."""
        ...


class Stage(Struct, frozen=True):
    """Where the demo's steps happen."""

    url: str
    """The bridge's."""
    trail: Trail
    providers: Providers
    admin: AdminApi
    """The admin API, as the laptop's own admin, or the one who is logged in."""

    def claims(self, workload: Workload) -> ClaimSet:
        """What its provider says of the workload, now."""
        return self.providers.claims(workload, self.url)

    def token(self, workload: Workload) -> str:
        """A fresh one, of its provider."""
        return self.providers.sign(workload, self.claims(workload))

    def exchange(self, token: str, audience: str, scope: str | None = None, actor: str | None = None) -> Answer:
        """The bridge's answer over HTTP. `actor`: the actor token."""
        return post_form(f"{self.url}/token", self.form(token, audience, scope, actor))

    def form(
        self, token: str, audience: str, scope: str | None = None, actor: str | None = None
    ) -> list[tuple[str, str]]:
        """What an exchange sends."""
        return [
            ("grant_type", GrantType.TOKEN_EXCHANGE.value),
            ("subject_token", token),
            ("subject_token_type", TokenType.JWT.value),
            ("audience", audience),
            *([("scope", scope)] if scope else []),
            *([("actor_token", actor), ("actor_token_type", TokenType.JWT.value)] if actor else []),
        ]


@contextmanager
def open_providers(sources: Sequence[SourceDocument]) -> Iterator[Providers]:
    """Identity providers for those issuers of the trust documents that the demo's workloads have tokens of."""
    wanted = {workload.issuer for workload in ALL}
    complete = [completed(source) for source in sources]
    keys = generate_keys({name: issuer for name, issuer in issuer_documents(complete).items() if name in wanted})
    with LoopbackIssuers(keys) as issuers:
        clients, device = client_keys(complete), device_identity(DEVICE)
        documents = vouched(with_client_keys(on_loopback(complete, issuers), clients), device)
        yield Providers(keys, documents, clients, device if ISSUER in issuer_documents(complete) else None)


@contextmanager
def open_stage(folder: Path, log: TextIO) -> Iterator[Stage]:
    """The bridge with the trust documents of `folder`; always on AWS embedded here. Raises InvalidDocuments."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    sources = read_sources(folder)
    key = generate_key("demo-admin", "ES256")
    with open_providers(sources.documents) as providers:
        documents = [*providers.sources, *admin_documents(key, providers.sources)]
        trust = validate(documents, loopback=True, unreadable=sources.problems)
        with LocalBridge(trust, environment=environment, log=log) as bridge:
            admin = AdminApi(bridge.url, Credential(request_admin_token(bridge.url, key)))
            yield Stage(bridge.url, bridge.trail, providers, admin)


def write_tokens(providers: Providers, bridge_url: str, folder: Path) -> list[Path]:
    """A fresh token of every workload whose issuer is trusted, as `<name>.jwt`, for callers of the laptop's bridge.

    Beside them the device's certificate and key.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if providers.device is not None:
        write_device(providers.device, folder)
    known = [workload for workload in ALL if workload.issuer in providers.keys]
    return [_write_token(providers, workload, bridge_url, folder) for workload in known]


def _write_token(providers: Providers, workload: Workload, bridge_url: str, folder: Path) -> Path:
    file = folder / f"{workload.name}.jwt"
    write_private(file, providers.sign(workload, providers.claims(workload, bridge_url)))
    return file
