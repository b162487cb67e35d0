"""A laptop over mutual TLS, registered clients, and everybody's certificates."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from msgspec.structs import replace

from federation.documents.source import SourceDocument
from federation.local.bridge import LocalBridge
from federation.local.issuers.loopback import IssuerKey
from federation.model.json import Json
from federation.oauth.identifiers import GrantType, TokenType
from federation.resource_server.verifier import Verifier
from tests.support.x509_authority import (
    NOT_CA,
    Authority,
    Wanted,
    authority,
    common_name,
    device,
    ec_private,
    pem,
    svid,
)
from tests.support.x509_client import Form, TlsClient, credentials
from tests.support.x509_world import x509_svid

TARGET, READ = "artifacts", "artifacts:read"
IDP = "https://idp.example.com"
GATEWAY, KIOSK, WORKLOAD, API = "gateway", "kiosk", "workload", "artifacts-api"
METHODS = [GATEWAY, KIOSK, WORKLOAD]
ACME, GLOBEX, FLEET, MESH = (authority(name, at=time.time()) for name in ("acme", "globex", "fleet", "mesh"))
DOMAIN = "spiffe://mesh.example.com"
SPIFFE_ID = f"{DOMAIN}/ns/prod/sa/{WORKLOAD}"


def self_signed(name: str) -> tuple[x509.Certificate, Wanted]:
    """Of a leaf that is its own and only authority."""
    wanted = replace(device(name), key=ec_private(name)).but(NOT_CA).around(time.time())
    return Authority(common_name(name), ec_private(name), ACME.certificate).sign(wanted), wanted


def made_by(ca: Authority, name: str) -> tuple[x509.Certificate, Wanted]:
    wanted = replace(device(name), key=ec_private(name)).around(time.time())
    return ca.sign(wanted), wanted


def svid_by(ca: Authority, spiffe_id: str) -> tuple[x509.Certificate, Wanted]:
    wanted = svid(spiffe_id).around(time.time())
    return ca.sign(wanted), wanted


HELD = {
    GATEWAY: made_by(ACME, GATEWAY),
    "gateway, renewed": made_by(ACME, GATEWAY),
    KIOSK: self_signed(KIOSK),
    API: made_by(ACME, API),
    "admin": made_by(FLEET, "admin"),
    "gateway by another authority": made_by(GLOBEX, GATEWAY),
    "somebody of globex": made_by(GLOBEX, "somebody"),
    WORKLOAD: svid_by(MESH, SPIFFE_ID),
    "another workload": svid_by(MESH, f"{SPIFFE_ID}2"),
    "workload by another authority": svid_by(GLOBEX, SPIFFE_ID),
    "self-signed by a stranger": self_signed("stranger"),
    "kiosk again": self_signed(KIOSK),
}
"""What was issued, to whom."""


def documents(idp: IssuerKey) -> list[SourceDocument]:
    """Three clients and an API, an authority of somebody else's, and an admin with a device."""
    asks = {
        "audiences": [TARGET],
        "scopes": [READ],
        "grants": ["token-exchange", "client-credentials"],
        "sender_constraint": "mtls",
    }
    kiosk = {"method": "self_signed_tls_client_auth", "certificates": [pem_of(KIOSK)]}
    issuer = {"kind": "Issuer", "id": "idp", "provider": "oidc", "issuer": IDP, "keys": {"jwks": idp.jwks}}
    bundle = {"keys": [x509_svid(MESH)]}
    admin = {"audience": "federation-admin", "scopes": ["trust:read"]}
    bodies: list[dict[str, Any]] = [
        {"kind": "Audience", "id": TARGET, "scopes": [READ], "introspection": [API, KIOSK]},
        {"kind": "Audience", "id": "federation-admin", "scopes": ["trust:read"], "sender_constraint": "mtls"},
        {"kind": "Client", "id": GATEWAY, "auth": named(GATEWAY), **asks},
        {"kind": "Client", "id": KIOSK, "auth": kiosk, **asks},
        {"kind": "Client", "id": WORKLOAD, "auth": {"method": "tls_client_auth", "san_uri": SPIFFE_ID}, **asks},
        {"kind": "Issuer", "id": "mesh", "provider": "spiffe", "issuer": DOMAIN, "keys": {"jwks": bundle}},
        {"kind": "Client", "id": API, "auth": named(API), "grants": []},
        issuer,
        mapping("worker", "idp", "worker", {"audience": TARGET, "scopes": [READ]}),
        devices("presses", GLOBEX),
        devices("laptops", FLEET),
        mapping("admin", "laptops", "admin", admin),
    ]
    return [SourceDocument("tests", body) for body in bodies]


def pem_of(name: str) -> str:
    return pem(HELD[name][0])


def named(name: str) -> dict[str, Any]:
    return {"method": "tls_client_auth", "subject_dn": f"CN={name}", "certificates": [ACME.pem]}


def devices(id_: str, ca: Authority) -> dict[str, Any]:
    where = f"https://{id_}.example.com"
    return {"kind": "Issuer", "id": id_, "provider": "device", "issuer": where, "keys": {"certificates": [ca.pem]}}


def mapping(id_: str, issuer: str, subject: str, grant: dict[str, Any]) -> dict[str, Any]:
    match, principal = {"sub": subject}, f"somebody/{subject}"
    return {"kind": "Mapping", "id": id_, "issuer": issuer, "match": match, "principal": principal, "grants": [grant]}


def key_holder(folder: Path, name: str | None) -> TlsClient:
    """Whoever holds that certificate, and trusts the server of `folder`; None: nobody in particular."""
    if name is None:
        return TlsClient(folder / "ca.pem")
    certificate, wanted = HELD[name]
    return TlsClient(folder / "ca.pem", credentials(folder, certificate, wanted.key))


@dataclass(frozen=True, slots=True)
class Laptop:
    """A bridge over plain HTTP and over mutual TLS, and everybody's certificates."""

    bridge: LocalBridge
    url: str
    folder: Path
    idp: IssuerKey

    def over(self, name: str | None) -> TlsClient:
        return key_holder(self.folder, name)

    def post(self, over: str | None, path: str = "/token", **form: str) -> tuple[int, dict[str, Any]]:
        return self.over(over).post(self.url, form, path=path)

    def token(self, client: str) -> str:
        """One of `client`'s own."""
        status, members = self.post(client, **itself(client))
        assert status == 200, members
        return str(members["access_token"])

    def foreign_token(self) -> str:
        now = int(time.time())
        claims: dict[str, Json] = {"iss": IDP, "aud": self.bridge.url, "sub": "worker", "iat": now, "exp": now + 300}
        return self.idp.sign(claims)

    def verifier(self) -> Verifier:
        return Verifier(self.bridge.url, TARGET)


def itself(client: str) -> Form:
    grant = GrantType.CLIENT_CREDENTIALS.value
    return {"grant_type": grant, "client_id": client, "audience": TARGET, "scope": READ}


def exchanged(subject_token: str, **more: str) -> Form:
    return {
        "grant_type": GrantType.TOKEN_EXCHANGE.value,
        "subject_token": subject_token,
        "subject_token_type": TokenType.ACCESS_TOKEN.value,
        "audience": TARGET,
        **more,
    }


def reason(members: dict[str, Any]) -> str:
    return str(members["error_description"]).partition(":")[0]
