"""Authlib's OAuth2Session as client and as resource server: what its users configure, and what is refused without."""

# mypy: disable-error-code="import-untyped,no-untyped-call,misc"

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from requests import Response

from federation.client.http import send
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.bridge import LocalBridge
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.model.json import Json
from federation.oauth.identifiers import FORM, GrantType, TokenType
from federation.oauth.metadata import JWKS_PATH
from federation.resource_server.verifier import Verifier
from tests.support.dpop import jkt, proof
from tests.support.jose_keys import ec_key

TARGET, READ = "risk-engine", "risk:read"
IDP = "https://idp.example.com"
BATCH, PLAIN, API = "batch", "plain", "risk-engine-api"
KEYS = {name: ECKey.generate_key("P-256", {"kid": f"{name}-1"}) for name in (BATCH, PLAIN, API)}
DPOP = ec_key("dpop")

_numbers = count()


def documents(idp: IssuerKey) -> list[SourceDocument]:
    """A client whose tokens are always bound, one whose are not, and an API that introspects."""
    asks = {"audiences": [TARGET], "scopes": [READ]}
    both = ["token-exchange", "client-credentials"]
    issuer = {"kind": "Issuer", "id": "idp", "provider": "oidc", "issuer": IDP, "keys": {"jwks": idp.jwks}}
    mapping = {"kind": "Mapping", "id": "worker", "issuer": "idp", "match": {"sub": "worker"}}
    bodies: list[dict[str, Any]] = [
        {"kind": "Audience", "id": TARGET, "scopes": [READ], "introspection": [API]},
        {"kind": "Client", "id": BATCH, "auth": auth(BATCH), "grants": both, "sender_constraint": "dpop", **asks},
        {"kind": "Client", "id": PLAIN, "auth": auth(PLAIN), **asks},
        {"kind": "Client", "id": API, "auth": auth(API), "grants": []},
        issuer,
        {**mapping, "principal": "partner/worker", "grants": [{"audience": TARGET, "scopes": [READ]}]},
    ]
    return [SourceDocument("tests", body) for body in bodies]


def auth(name: str) -> dict[str, Any]:
    return {"method": "private_key_jwt", "jwks": {"keys": [KEYS[name].as_dict(private=False)]}}


class ToTheIssuer(PrivateKeyJWT):
    """What Authlib's user writes: it signs for `token_endpoint` and for an hour, unless it is told otherwise."""

    def sign(self, auth: Any, token_endpoint: str) -> str:  # noqa: ANN401 (Authlib's)
        return str(
            private_key_jwt_sign(
                auth.client_secret, client_id=auth.client_id, token_endpoint=token_endpoint, alg="ES256", expires_in=60
            )
        )


@dataclass(frozen=True, slots=True)
class Bridge:
    local: LocalBridge
    idp: IssuerKey
    log: io.StringIO

    @property
    def token_url(self) -> str:
        return f"{self.local.url}/token"

    def session(self, client: str, method: PrivateKeyJWT | None = None) -> OAuth2Session:
        name = PrivateKeyJWT.name
        made = OAuth2Session(
            client, KEYS[client], token_endpoint_auth_method=name, revocation_endpoint_auth_method=name
        )
        made.register_client_auth_method(method or ToTheIssuer(self.local.url))
        return made

    def exchange(self, session: OAuth2Session, **headers: str) -> dict[str, Any]:
        now = int(time.time())
        jti = f"foreign-{next(_numbers)}"
        claims: dict[str, Json] = {"iss": IDP, "aud": self.local.url, "sub": "worker", "iat": now, "exp": now + 300}
        return dict(
            session.fetch_token(
                self.token_url,
                grant_type=GrantType.TOKEN_EXCHANGE.value,
                subject_token=self.idp.sign({**claims, "jti": jti}),
                subject_token_type=TokenType.JWT.value,
                audience=TARGET,
                scope=READ,
                headers={"content-type": FORM, **headers},
            )
        )

    def verifier(self) -> Verifier:
        return Verifier(self.local.url, TARGET)


@pytest.fixture(scope="module")
def bridge() -> Iterator[Bridge]:
    idp, log = generate_key("idp-1", "ES256"), io.StringIO()
    with LocalBridge(validate(documents(idp)), log=log) as local:
        yield Bridge(local, idp, log)


def test_a_client_exchanges_a_token_as_often_as_it_likes(bridge: Bridge) -> None:
    session = bridge.session(PLAIN)
    for _ in range(2):
        token = bridge.exchange(session)
        claims = bridge.verifier().verify(token["access_token"])
        assert (claims["sub"], claims["client_id"], token["scope"]) == ("partner/worker", PLAIN, READ)


def test_its_session_wants_an_id_and_anonymous_is_one_that_means_no_client(bridge: Bridge) -> None:
    """Authlib sends a bare client_id from any session that has no secret."""
    session = OAuth2Session("anonymous", token_endpoint_auth_method="none")
    claims = bridge.verifier().verify(bridge.exchange(session)["access_token"])
    assert (claims["sub"], claims["client_id"]) == ("partner/worker", "partner/worker")
    for unknown in ("my-app", PLAIN):
        with pytest.raises(OAuthError, match="client_id=anonymous") as refused:
            bridge.exchange(OAuth2Session(unknown, token_endpoint_auth_method="none"))
        assert refused.value.error == "invalid_client"


def with_defaults(_: str) -> PrivateKeyJWT:
    return PrivateKeyJWT(alg="ES256")


def for_an_hour(issuer: str) -> PrivateKeyJWT:
    return PrivateKeyJWT(issuer, alg="ES256")


def to_the_token_endpoint(_: str) -> PrivateKeyJWT:
    return ToTheIssuer()


@pytest.mark.parametrize(
    ("method", "why"),
    [(with_defaults, "wrong_audience"), (to_the_token_endpoint, "wrong_audience"), (for_an_hour, "lives_too_long")],
)
def test_L1_L3_what_it_signs_by_default_is_refused(
    bridge: Bridge, method: Callable[[str], PrivateKeyJWT], why: str
) -> None:
    """For the token endpoint instead of the issuer, and for an hour instead of five minutes."""
    before = len(bridge.log.getvalue())
    with pytest.raises(OAuthError) as refused:
        bridge.exchange(bridge.session(PLAIN, method(bridge.local.url)))
    assert refused.value.error == "invalid_client"
    assert why in bridge.log.getvalue()[before:]


def test_L4_claims_of_its_users_own_are_signed_with_one_jti_for_ever_which_is_good_once(bridge: Bridge) -> None:
    """Authlib puts the `jti` into the very dictionary that it was given."""
    session = bridge.session(PLAIN, PrivateKeyJWT(bridge.local.url, {"exp": int(time.time()) + 60}, alg="ES256"))
    assert bridge.exchange(session)["scope"] == READ
    with pytest.raises(OAuthError) as refused:
        bridge.exchange(session)
    assert refused.value.error == "invalid_client"


def test_L5_a_shared_secret_authenticates_nobody(bridge: Bridge) -> None:
    for how in ("client_secret_basic", "client_secret_post"):
        session = OAuth2Session(PLAIN, "secret", token_endpoint_auth_method=how)
        with pytest.raises(OAuthError) as refused:
            bridge.exchange(session)
        assert refused.value.error == "invalid_client"


class Nonces:
    """What a client remembers of the server's answers (RFC 9449 section 8)."""

    def __init__(self, session: OAuth2Session) -> None:
        self.latest: str | None = None
        session.register_compliance_hook("access_token_response", self.note)

    def note(self, response: Response) -> Response:
        self.latest = response.headers.get("DPoP-Nonce", self.latest)
        return response

    def header(self, url: str) -> dict[str, str]:
        jti = f"proof-{next(_numbers)}"
        return {"DPoP": proof(DPOP, jti=jti, htu=url, iat=int(time.time()), nonce=self.latest)}


def test_a_client_asks_for_itself_with_a_key_and_the_nonce_that_it_was_told(bridge: Bridge) -> None:
    session = bridge.session(BATCH)
    nonces, asked = Nonces(session), {"grant_type": "client_credentials", "audience": TARGET, "scope": READ}
    with pytest.raises(OAuthError, match="use_dpop_nonce"):
        session.fetch_token(bridge.token_url, headers=nonces.header(bridge.token_url), **asked)
    token = session.fetch_token(bridge.token_url, headers=nonces.header(bridge.token_url), **asked)
    assert token["token_type"] == "DPoP"
    _, told = introspection(bridge, token["access_token"])
    assert (told["sub"], told["cnf"]) == (f"client/{BATCH}", {"jkt": jkt(DPOP)})


def test_a_client_without_a_key_to_bind_to_gets_nothing_for_itself(bridge: Bridge) -> None:
    """FAPI 2.0 Security Profile section 5.3.2.1."""
    for client, error in ((BATCH, "invalid_request"), (PLAIN, "unauthorized_client")):
        with pytest.raises(OAuthError) as refused:
            bridge.session(client).fetch_token(
                bridge.token_url, grant_type="client_credentials", audience=TARGET, scope=READ
            )
        assert refused.value.error == error


def introspection(bridge: Bridge, token: str, caller: str = API) -> tuple[int, dict[str, Any]]:
    answer = bridge.session(caller).introspect_token(f"{bridge.local.url}/introspect", token)
    return answer.status_code, dict(answer.json())


def test_an_api_introspects_until_the_client_revokes(bridge: Bridge) -> None:
    session = bridge.session(PLAIN)
    token = bridge.exchange(session)["access_token"]
    status, told = introspection(bridge, token)
    assert (status, told["active"], told["sub"], told["client_id"]) == (200, True, "partner/worker", PLAIN)
    assert introspection(bridge, token, PLAIN) == (200, {"active": False})  # none of its business
    assert session.revoke_token(f"{bridge.local.url}/revoke", token).status_code == 200
    assert introspection(bridge, token) == (200, {"active": False})


def test_joserfc_verifies_our_token_by_the_published_keys(bridge: Bridge) -> None:
    """Authlib's own library for JOSE."""
    token = bridge.exchange(bridge.session(PLAIN))["access_token"]
    published: Any = send(f"{bridge.local.url}{JWKS_PATH}", "GET").members
    decoded = jwt.decode(token, KeySet.import_key_set(published), algorithms=["RS256"])
    ours: Any = {"iss": {"essential": True, "value": bridge.local.url}, "aud": {"essential": True, "value": TARGET}}
    jwt.JWTClaimsRegistry(**ours).validate(decoded.claims)
    assert (decoded.header["typ"], decoded.claims["sub"]) == ("at+jwt", "partner/worker")
