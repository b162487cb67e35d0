"""The demo on a bridge that runs elsewhere: its trust has the example documents for as long as the demo plays.

The keys of their issuers are made for it, stand in the documents themselves, and are known to this process alone. What
the bridge trusts already stays: where one of the documents is there, nothing is written at all.
"""

import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from jwt.algorithms import ECAlgorithm
from msgspec import Struct
from msgspec.structs import replace

from federation.client.admin import AdminApi
from federation.documents.form import completed
from federation.documents.source import SourceDocument
from federation.documents.yaml_source import read_sources
from federation.local.audit_trail import Record
from federation.local.demo.stage import (
    IssuerDocument,
    Providers,
    Stage,
    client_keys,
    generate_keys,
    issuer_documents,
    with_client_keys,
)
from federation.local.demo.workloads import ALL
from federation.local.issuers.loopback import IssuerKey
from federation.local.mtls.identity import new_identity
from federation.verification.jwk_set import X509_SVID
from federation.verification.spiffe_id import SPIFFE

REASON = "fedbridge demo"
LOOKS, PAUSE = 30, 1.0
"""At a log that others write, seconds apart."""


class AlreadyThere(Exception):
    """The bridge has documents of those names; says which."""


class ApiTrail(Struct, frozen=True):
    """The trail as the admin API shows it. `pause`: waits so many seconds."""

    admin: AdminApi
    pause: Callable[[float], None] = time.sleep

    def issued(self, jti: str) -> Record | None:
        """The record of an issued token; None: there is none."""
        return next(iter(self._found({"jti": jti})), None) if jti else None

    def refused(self, correlation_id: str) -> list[Record]:
        """What was logged of the request with that correlation id, as soon as the log shows it."""
        for _ in range(LOOKS):
            found = self._found({"correlation_id": correlation_id})
            if found:
                return found
            self.pause(PAUSE)
        return []

    def _found(self, query: Mapping[str, str]) -> list[Record]:
        items: list[Record] = self.admin.get("/audit", query).members["items"]
        return items


@contextmanager
def open_stage_at(admin: AdminApi, folder: Path) -> Iterator[Stage]:
    """With the trust documents of `folder`; raises AlreadyThere, AdminRefused, OSError."""
    providers = _providers(read_sources(folder).documents, admin.bridge)
    documents = [source.value for source in providers.sources]
    _write(admin, documents)
    try:
        yield Stage(admin.bridge, ApiTrail(admin), providers, admin)
    finally:
        _delete(admin, documents)


def _providers(sources: Sequence[SourceDocument], bridge: str) -> Providers:
    wanted = {workload.issuer for workload in ALL}
    complete = [completed(source) for source in sources]
    keys = generate_keys({name: issuer for name, issuer in issuer_documents(complete).items() if name in wanted})
    clients = client_keys(complete)
    return Providers(keys, with_client_keys([_here(source, keys, bridge) for source in complete], clients), clients)


def _here(source: SourceDocument, keys: Mapping[str, IssuerKey], bridge: str) -> SourceDocument:
    """An Issuer with its keys in the document, whose tokens are for that bridge."""
    for name, issuer in issuer_documents([source]).items():
        own: IssuerDocument = (
            {"keys": {"jwks": _jwks(issuer, keys[name])}, "audiences": [bridge]} if name in keys else {}
        )
        return replace(source, value={**issuer, **own})
    return source


def _jwks(issuer: IssuerDocument, key: IssuerKey) -> dict[str, Any]:
    """The bundle of a trust domain needs an authority for certificates too: Clients are known by such certificates."""
    return {"keys": [key.jwk, _authority()]} if issuer.get("provider") == SPIFFE else key.jwks


def _authority() -> dict[str, Any]:
    """It signs nothing: its key is gone (X509-SVID section 6.2)."""
    certificate = load_pem_x509_certificate(new_identity().authority.encode())
    public: Any = certificate.public_key()
    der = certificate.public_bytes(Encoding.DER)
    return {**ECAlgorithm.to_jwk(public, as_dict=True), "use": X509_SVID, "x5c": [b64encode(der).decode()]}


def _write(admin: AdminApi, documents: Sequence[Any]) -> None:
    planned = admin.post("/plan", {"documents": documents}).members
    taken = [f"{change['kind']} {change['id']}" for change in planned["changes"] if change["action"] != "create"]
    if taken:
        raise AlreadyThere(", ".join(taken))
    admin.post("/apply", {"documents": documents, "base": planned["base"], "reason": REASON})


def _delete(admin: AdminApi, documents: Sequence[Any]) -> None:
    deletions = [{"kind": document["kind"], "id": document["id"]} for document in documents]
    admin.post("/apply", {"documents": [], "deletions": deletions, "reason": REASON})
