"""`fedbridge serve --issuer-url`: a laptop's bridge behind a TLS proxy, for clients that insist on https."""

# mypy: disable-error-code="no-untyped-call"

import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import requests
from google.auth import identity_pool
from google.auth.transport.requests import Request

from federation.cli.serve import PORT
from federation.oauth.identifiers import TokenType
from tests.functional.test_serve import EXAMPLES, run
from tests.support.bridge_process import Served, served
from tests.support.dpop import proof
from tests.support.jose_keys import ec_key
from tests.support.tls_proxy import tls_proxy


class Proxied:
    """The bridge, the URL of the proxy before it, and a session that trusts the proxy."""

    def __init__(self, serving: Served, url: str, authority: Path) -> None:
        self.serving, self.url = serving, url
        self.session = requests.Session()
        self.session.verify = str(authority)
        self.session.trust_env = False  # a variable would name other authorities, and other proxies

    def members(self, path: str) -> dict[str, object]:
        return dict(self.session.get(self.url + path, timeout=10).json())


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    folder = tmp_path_factory.mktemp("proxied")
    with tls_proxy(folder) as (proxy, authority):
        options = ("--trust", EXAMPLES, "--demo-tokens", folder / "tokens", "--admin-token-file", folder / "admin")
        with served(folder, "--issuer-url", proxy.url, *options) as serving:
            proxy.target = ("127.0.0.1", int(urlsplit(serving.url).port or PORT))
            assert serving.process.stdout is not None
            assert serving.process.stdout.readline() == f"issuer {proxy.url}\n"
            yield Proxied(serving, proxy.url, authority)


def test_its_metadata_is_the_proxys(proxied: Proxied) -> None:
    for path in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
        found = proxied.members(path)
        assert found["issuer"] == proxied.url
        assert found["token_endpoint"] == f"{proxied.url}/token"


def test_google_auth_which_takes_no_http_exchanges_there(proxied: Proxied) -> None:
    credentials = identity_pool.Credentials(
        audience="risk-engine",
        subject_token_type=TokenType.JWT.value,
        token_url=f"{proxied.url}/token",
        credential_source={"file": str(proxied.serving.folder / "tokens" / "partner.jwt")},
    )
    credentials.refresh(Request(proxied.session))
    keys = jwt.PyJWKSet.from_dict(proxied.members("/.well-known/jwks.json"))
    token = str(credentials.token)
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, ["RS256"], audience="risk-engine", issuer=proxied.url)
    assert claims["sub"] == "partner/acme/billing-sync"


def test_a_proof_of_a_key_is_for_the_proxys_url(proxied: Proxied) -> None:
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": (proxied.serving.folder / "tokens" / "github.jwt").read_text(),
        "subject_token_type": TokenType.JWT.value,
        "audience": "artifacts",
    }
    asked, url = ec_key(), f"{proxied.url}/token"

    def ask(**claims: Any) -> requests.Response:  # noqa: ANN401 (of a proof)
        headers = {"DPoP": proof(asked, htu=url, iat=int(time.time()), jti=secrets.token_hex(8), **claims)}
        return proxied.session.post(url, form, headers=headers, timeout=10)

    nonce = ask().headers["dpop-nonce"]
    assert ask(nonce=nonce).json()["token_type"] == "DPoP"


def test_the_admin_token_opens_the_admin_api_there(proxied: Proxied) -> None:
    token = (proxied.serving.folder / "admin").read_text(encoding="ascii")
    asked = {"authorization": f"Bearer {token}"}
    answer = proxied.session.get(f"{proxied.url}/admin/v1/issuers", headers=asked, timeout=10)
    assert answer.status_code == 200


@pytest.mark.parametrize("url", ["http://bridge.example", "https://bridge.example/path", "bridge.example", "https://"])
def test_what_is_no_name_of_a_bridge_is_refused_with_the_form(url: str) -> None:
    result = run("--port", "0", "--issuer-url", url)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "--issuer-url is https://HOST or https://HOST:PORT" in result.stderr
