"""Client certificates end to end: a TLS handshake, the gateway's event, the chain verified again in the function."""

import json
import signal
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from msgspec import Struct
from msgspec.structs import replace

from federation.client import FederatedToken
from federation.client.errors import BrokenSource, Unreachable
from federation.client.http import NotHttp, post_form, send
from federation.client.identity import unverified_claims
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.bridge import LocalBridge
from federation.local.mtls.identity import device_identity
from federation.local.mtls.serving import mutual_tls
from federation.local.requests import GatewayRequest, GatewayResponse
from federation.local.server import Server, listen
from federation.model.json import Json
from federation.oauth.identifiers import GrantType, TokenType
from federation.verification.x509.certificates import thumbprint
from tests.support.bridge_process import FEDBRIDGE, served
from tests.support.document_vectors import base
from tests.support.eventually import HANGS
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed
from tests.support.x509_authority import Authority, Wanted, authority, device, pem, svid
from tests.support.x509_client import Form, TlsClient, clients, credentials
from tests.support.x509_world import bundle

NOW = int(time.time())
DOMAIN = "spiffe://prod.example.org"
WEB = f"{DOMAIN}/ns/prod/sa/web"
TRUST = Path(__file__).parents[2] / "examples" / "trust"
SPIRE, OWNER, STRANGER = (authority(name, at=NOW) for name in ("spire", "owner", "stranger"))
SIGNING = rsa_key("spire")


def documents(bundle_endpoint: str) -> list[SourceDocument]:
    """A trust domain by its bundle endpoint, and an owner of devices by its authority."""
    bodies = [
        base("audience", id="artifacts", scopes=["artifacts:read"], resource="https://artifacts.example.com"),
        base("issuer", id="cluster", provider="spiffe", issuer=DOMAIN, keys={"jwks_uri": bundle_endpoint}),
        base("issuer", id="presses", provider="device", issuer="https://d.example", keys={"certificates": [OWNER.pem]}),
        *(
            base(
                "mapping",
                id=name,
                issuer=issuer,
                match={"sub": sub},
                principal=f"{name}/acme",
                grants=[{"audience": "artifacts", "scopes": ["artifacts:read"]}],
                attributes={},
            )
            for name, issuer, sub in (("web", "cluster", WEB), ("press", "presses", "press-7"))
        ),
    ]
    return [SourceDocument("tests", body) for body in bodies]


def bundle_answer(_request: GatewayRequest) -> GatewayResponse:
    document = bundle(SPIRE, keys=(SIGNING.jwk(use="jwt-svid"),))
    return GatewayResponse(200, json.dumps(document).encode(), (("content-type", "application/json"),))


class Laptop(Struct, frozen=True):
    """A bridge over plain HTTP and over mutual TLS."""

    bridge: LocalBridge
    url: str
    folder: Path

    def client(self, ca: Authority | None = None, wanted: Wanted | None = None) -> TlsClient:
        """With a certificate that `ca` has signed, or with none."""
        if ca is None or wanted is None:
            return TlsClient(self.folder / "ca.pem")
        return self.client_with(ca.sign(wanted.around(NOW)), wanted)

    def client_with(self, certificate: x509.Certificate, wanted: Wanted) -> TlsClient:
        return TlsClient(self.folder / "ca.pem", credentials(self.folder, certificate, wanted.key))

    def principal(self, members: dict[str, Any]) -> str:
        """Whom an issued token is for, by the trail."""
        assert "access_token" in members, members
        return str(max(self.bridge.trail.all_issued(), key=lambda record: record["time"])["principal"])


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    folder = tmp_path_factory.mktemp("mtls")
    with ExitStack() as running:
        endpoint = running.enter_context(Server(listen(0), bundle_answer))
        trust = validate(documents(f"{endpoint.url}/bundle.json"), loopback=True)
        bridge = running.enter_context(LocalBridge(trust))
        url = running.enter_context(mutual_tls(bridge, folder / "ca.pem"))
        yield Laptop(bridge, url, folder)


def form(**changes: str) -> Form:
    return {
        "grant_type": GrantType.TOKEN_EXCHANGE.value,
        "subject_token": "mtls",
        "subject_token_type": TokenType.MTLS.value,
        "audience": "artifacts",
        **changes,
    }


def reason(members: dict[str, Any]) -> str:
    return str(members["error_description"]).partition(":")[0]


@pytest.mark.parametrize("post", clients())
@pytest.mark.parametrize(
    ("ca", "wanted", "principal"), [(OWNER, device(), "press/acme"), (SPIRE, svid(WEB), "web/acme")]
)
def test_a_client_certificate_becomes_a_token(
    laptop: Laptop,
    post: Callable[[TlsClient, str, Form], dict[str, Any]],
    ca: Authority,
    wanted: Wanted,
    principal: str,
) -> None:
    assert laptop.principal(post(laptop.client(ca, wanted), laptop.url, form())) == principal


def test_the_subject_token_may_name_the_certificate(laptop: Laptop) -> None:
    certificate = OWNER.sign(device().around(NOW))
    client = laptop.client_with(certificate, device())
    assert client.post(laptop.url, form(subject_token=thumbprint(certificate)))[0] == 200
    assert client.post(laptop.url, form(subject_token="another"))[0] == 400


def test_a_workload_is_the_same_by_jwt_svid_and_by_x509_svid(laptop: Laptop) -> None:
    claims: dict[str, Json] = {"sub": WEB, "aud": laptop.bridge.url, "exp": int(time.time()) + 300}
    jwt_svid = signed({"alg": "RS256", "kid": SIGNING.kid}, claims, SIGNING)
    changes = {"subject_token": jwt_svid, "subject_token_type": TokenType.JWT.value}
    answer = post_form(f"{laptop.bridge.url}/token", list(form(**changes).items()))
    assert laptop.principal(answer.members) == "web/acme"


def test_the_token_ends_with_its_certificate(laptop: Laptop) -> None:
    now = int(time.time())  # not when this file was read: the whole suite may take minutes
    wanted = replace(device().around(now), not_after=now + 120)
    _, members = laptop.client_with(OWNER.sign(wanted), wanted).post(laptop.url, form())
    assert members["expires_in"] <= 120


def test_without_a_certificate_there_is_no_subject_whatever_the_headers_say(laptop: Laptop) -> None:
    forged = pem(OWNER.sign(device().around(NOW))).strip().replace("\n", " ")
    headers = [("x-client-cert", forged), ("x-amzn-mtls-clientcert", forged), ("ssl-client-cert", forged)]
    status, members = laptop.client().post(laptop.url, form(), headers)
    assert (status, reason(members)) == (400, "certificate_required")
    answer = post_form(f"{laptop.bridge.url}/token", list(form().items()), dict(headers))
    assert reason(answer.members) == "certificate_required"


def test_a_strangers_certificate_does_not_get_past_the_handshake(laptop: Laptop) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        laptop.client(STRANGER, device()).post(laptop.url, form())
    assert laptop.client(OWNER, device()).post(laptop.url, form())[0] == 200


def test_past_the_handshake_an_authority_speaks_for_its_own_alone(laptop: Laptop) -> None:
    """The pool of the handshake is one for all (ATTACKS 0.6)."""
    assert reason(laptop.client(OWNER, svid(WEB)).post(laptop.url, form())[1]) == "certificate_refused"
    assert reason(laptop.client(SPIRE, device()).post(laptop.url, form())[1]) == "untrusted_issuer"


def test_repeated_headers_are_joined_as_behind_the_http_api(laptop: Laptop) -> None:
    twice = [("authorization", "one"), ("Authorization", "two")]
    assert reason(laptop.client(OWNER, device()).post(laptop.url, form(), twice)[1]) == "duplicate_header"


def test_plain_http_at_the_tls_port_gets_nothing_and_breaks_nothing(laptop: Laptop) -> None:
    with pytest.raises((NotHttp, ConnectionError)):
        post_form(f"{laptop.url.replace('https', 'http')}/token", list(form().items()))
    assert laptop.client(OWNER, device()).post(laptop.url, form())[0] == 200


def test_serve_says_where_it_answers_over_mutual_tls_and_ends_cleanly(tmp_path: Path) -> None:
    with served(tmp_path, "--mtls", "--mtls-ca", tmp_path / "ca.pem") as serving:
        assert serving.process.stdout is not None
        word, url = serving.process.stdout.readline().split()
        assert (word, url.startswith("https://127.0.0.1:")) == ("mtls", True)
        status, members = TlsClient(tmp_path / "ca.pem").post(url, form())
        assert (status, reason(members)) == (400, "certificate_required")
        metadata = send(f"{serving.url}/.well-known/oauth-authorization-server", "GET").members
        assert metadata["mtls_endpoint_aliases"]["token_endpoint"] == f"{url}/token"
        assert "tls_client_auth" in metadata["token_endpoint_auth_methods_supported"]
        serving.process.send_signal(signal.SIGINT)
        rest, log = serving.process.communicate(timeout=HANGS)
    assert (serving.process.returncode, rest) == (0, "")
    assert "Traceback" not in log


def test_a_device_uses_its_certificate_through_the_library_and_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on any laptop: `fedbridge serve --mtls` and the device that it makes up."""
    tokens = tmp_path / "tokens"
    documents = [(TRUST / name).read_text() for name in ("device.yaml", "audiences.yaml")]
    (tmp_path / "trust.yaml").write_text("\n---\n".join(documents))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    options = ("--trust", tmp_path / "trust.yaml", "--demo-tokens", tokens, "--mtls", "--mtls-ca", tmp_path / "ca.pem")
    own = f"mtls:{tokens}/press-8.crt,{tokens}/press-8.key"
    with served(tmp_path, *options) as serving:
        token = FederatedToken(serving.url, "artifacts", source=own)
        bound, bearer = (unverified_claims(each.get().access_token) for each in (token, token.bearer()))
        command = [FEDBRIDGE, "token", "--url", serving.url, "--audience", "artifacts", "--source", own]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(Unreachable) as unknown:
            FederatedToken(serving.url, "artifacts", source=own).get()
        assert "SSL_CERT_FILE" in unknown.value.next
        (tokens / "press-8.crt").write_text(device_identity("press-8").certificate)
        with pytest.raises(BrokenSource, match="no certificate and its key"):
            FederatedToken(serving.url, "artifacts", source=own).get()
    assert token.key is not None
    assert bound["cnf"] == {"jkt": token.key.thumbprint}
    assert "cnf" not in bearer
    assert {claims["sub"] for claims in (bound, bearer, unverified_claims(printed))} == {"device/acme/press-8"}
