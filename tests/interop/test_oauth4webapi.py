"""npm's oauth4webapi as client and as resource server: each endpoint of ours as somebody else reads the standards."""

import time
from collections.abc import Iterator

import pytest

from federation.local.issuers.loopback import LoopbackIssuers, generate_key
from federation.model.json import Claims
from federation.oauth.identifiers import TokenType
from tests.interop.support.bridge import AUDIENCE, SCOPE, US, Document, bridge_trusting, issuer, mapping
from tests.interop.support.exchanges import Exchanges
from tests.interop.support.oauth4webapi import CLIENT, RESOURCE_SERVER, Oauth4webapi, Steps

ISSUER = "partner"
WORKLOAD = "billing"
PRINCIPAL = f"partner/acme/{WORKLOAD}"
TARGET: Document = {"kind": "Audience", "id": AUDIENCE, "scopes": [SCOPE], "introspection": [RESOURCE_SERVER]}


def trust(url: str, library: Oauth4webapi) -> list[Document]:
    """A partner's workload, by a registered client, for an audience whose resource server may introspect."""
    asks = {"audiences": [AUDIENCE], "scopes": [SCOPE], "sender_constraint": "dpop"}
    return [
        issuer(ISSUER, url),
        mapping("partner", ISSUER, {"sub": WORKLOAD}, "partner/acme/{sub}"),
        {
            "kind": "Client",
            "id": CLIENT,
            "auth": {"method": "private_key_jwt", "jwks": library.client_jwks},
            "grants": ["token-exchange", "client-credentials"],
            **asks,
        },
        {
            "kind": "Client",
            "id": RESOURCE_SERVER,
            "auth": {"method": "private_key_jwt", "jwks": library.resource_server_jwks},
            **asks,
        },
    ]


@pytest.fixture(scope="module", params=["ES256", "PS256", "Ed25519"])
def steps(request: pytest.FixtureRequest, oauth4webapi: Oauth4webapi, exchanges: Exchanges) -> Iterator[Steps]:
    """What came of every step, with each kind of key to sign assertions and to bind tokens to."""
    key = generate_key("partner-1", "RS256")
    with LoopbackIssuers({ISSUER: key}) as issuers:
        url = issuers.endpoints(ISSUER).issuer
        with bridge_trusting(trust(url, oauth4webapi), exchanges, TARGET) as bridge:
            now = int(time.time())
            claims: Claims = {"iss": url, "aud": US, "sub": WORKLOAD, "iat": now, "exp": now + 600, "jti": f"{now}"}
            yield oauth4webapi.run(
                issuer=bridge.local.url,
                audience=AUDIENCE,
                other_audience="somebody-else",
                scope=SCOPE,
                subject_token=key.sign(claims),
                subject_token_type=TokenType.JWT,
                alg=request.param,
            )


def test_it_discovers_the_bridge(steps: Steps) -> None:
    assert {"token_endpoint", "introspection_endpoint", "revocation_endpoint"} <= steps["discovery"].keys()


def test_a_client_gets_a_token_for_itself_once_it_has_the_nonce(steps: Steps) -> None:
    own = steps["client_credentials"]
    assert (own["token_type"], own["asked_for_nonce"]) == ("dpop", True)
    assert steps["resource_as_client"]["told"]["sub"] == f"client/{CLIENT}"


def test_an_exchange_is_bound_to_its_key(steps: Steps) -> None:
    exchanged = steps["exchange"]
    assert (exchanged["token_type"], exchanged["scope"]) == ("dpop", SCOPE)
    assert exchanged["issued_token_type"] == TokenType.ACCESS_TOKEN


def test_a_resource_takes_the_token_with_a_proof_of_its_key(steps: Steps) -> None:
    taken, claims = steps["resource"], steps["resource"]["told"]
    assert (taken["status"], claims["sub"], claims["aud"]) == (200, PRINCIPAL, AUDIENCE)
    assert (claims["client_id"], claims["cnf"]) == (CLIENT, {"jkt": steps["jkt"]})


@pytest.mark.parametrize("misuse", ["other_audience", "other_key", "as_bearer"])
def test_a_resource_takes_it_in_no_other_way(steps: Steps, misuse: str) -> None:
    """ATTACKS I9: at any other audience the library refuses it."""
    assert steps[misuse]["status"] == 401


@pytest.mark.parametrize("how", ["introspection", "signed_introspection"])
def test_its_resource_server_is_told_about_the_token(steps: Steps, how: str) -> None:
    told = steps[how]
    assert (told["active"], told["sub"], told["cnf"]) == (True, PRINCIPAL, {"jkt": steps["jkt"]})


def test_after_its_revocation_it_is_told_nothing(steps: Steps) -> None:
    assert "failed" not in steps["revocation"]
    assert steps["introspection_after_revocation"] == {"active": False}
