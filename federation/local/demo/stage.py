"""The running demo: a bridge, the identity providers it trusts, and a caller between them."""

import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from msgspec import Struct, field

from federation.client.admin import AdminApi
from federation.client.credential import Credential
from federation.client.http import Answer, post_form
from federation.documents.presets import completed
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.documents.yaml_source import read_sources
from federation.local.admin_token import admin_documents, request_admin_token
from federation.local.bridge import LocalBridge
from federation.local.demo.trust import (
    IssuerDocument,
    client_keys,
    generate_keys,
    issuer_documents,
    on_loopback,
    with_client_keys,
)
from federation.local.demo.workloads import ALL, Workload
from federation.local.issuers.claims import ClaimSet
from federation.local.issuers.keys import IssuerKey, generate_key
from federation.local.issuers.loopback import LoopbackIssuers
from federation.oauth.identifiers import GrantType, TokenType


class Providers(Struct, frozen=True):
    """Identity providers on loopback for every issuer that the trust documents name."""

    keys: Mapping[str, IssuerKey]
    sources: Sequence[SourceDocument]
    """The documents, with the keys on loopback."""
    clients: Mapping[str, IssuerKey] = field(default_factory=dict)
    """Keys of the registered clients that sign assertions, by client_id."""

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


class Stage(Struct, frozen=True):
    """Where the demo's steps happen."""

    bridge: LocalBridge
    providers: Providers
    admin: AdminApi
    """The admin API, as the laptop's own admin."""

    def claims(self, workload: Workload) -> ClaimSet:
        """What its provider says of the workload, now."""
        return self.providers.claims(workload, self.bridge.url)

    def token(self, workload: Workload) -> str:
        """A fresh one, of its provider."""
        return self.providers.sign(workload, self.claims(workload))

    def exchange(self, token: str, audience: str, scope: str | None = None, actor: str | None = None) -> Answer:
        """The bridge's answer over HTTP. `actor`: the actor token."""
        return post_form(f"{self.bridge.url}/token", self.form(token, audience, scope, actor))

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
        clients = client_keys(complete)
        yield Providers(keys, with_client_keys(on_loopback(complete, issuers), clients), clients)


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
            yield Stage(bridge, providers, admin)


def write_tokens(providers: Providers, bridge_url: str, folder: Path) -> list[Path]:
    """A fresh token of every workload whose issuer is trusted, as `<name>.jwt`, for callers of the laptop's bridge."""
    folder.mkdir(parents=True, exist_ok=True)
    known = [workload for workload in ALL if workload.issuer in providers.keys]
    return [_write_token(providers, workload, bridge_url, folder) for workload in known]


def _write_token(providers: Providers, workload: Workload, bridge_url: str, folder: Path) -> Path:
    file = folder / f"{workload.name}.jwt"
    file.write_text(providers.sign(workload, providers.claims(workload, bridge_url)), encoding="ascii")
    return file
