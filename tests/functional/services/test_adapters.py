"""Every adapter on its real framework, under a real server: what is let in, and how each refusal is answered.

One server of each for all cases; only the outage takes one of its own, which has fetched nothing yet.
"""

import json
import logging
import time
from collections.abc import Iterator

import pytest

from federation.resource_server.testing import OwnBridge
from tests.support.eventually import eventually
from tests.support.services import grpc_services, lambdas, mcp_services, web
from tests.support.services.asked import AUDIENCE, SCOPE, Built, Outcome, Service, bearer, proven

SERVICES: dict[str, Built] = {
    "asgi": web.starlette_service,
    "fastapi": web.fastapi_service,
    "wsgi": web.wsgi_service,
    "flask": web.flask_service,
    "django": web.django_service,
    "django-async": web.django_async_service,
    "grpc": grpc_services.grpc_service,
    "grpc-aio": grpc_services.grpc_aio_service,
    "function-url": lambdas.function_url_service,
    "alb": lambdas.alb_service,
    "http-api": lambdas.http_api_service,
    "rest-api": lambdas.rest_api_service,
    "mcp": mcp_services.mcp_service,
    "fastmcp": mcp_services.fastmcp_service,
}


@pytest.fixture(scope="module")
def bridge() -> Iterator[OwnBridge]:
    with OwnBridge.serving(ttl=1) as bridge:
        yield bridge


@pytest.fixture(scope="module")
def revoked(bridge: OwnBridge) -> str:
    token = bridge.token(AUDIENCE, scope=SCOPE)
    bridge.revoke(token)
    return token


@pytest.fixture(scope="module", params=sorted(SERVICES))
def built(request: pytest.FixtureRequest) -> Built:
    return SERVICES[request.param]


@pytest.fixture(scope="module")
def service(built: Built, bridge: OwnBridge, revoked: str) -> Iterator[Service]:
    assert revoked
    with built(bridge) as service:
        yield service


@pytest.fixture(autouse=True)
def _uses_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "federation.uses")


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "federation.uses"]


def assert_refused(service: Service, outcome: Outcome, error: str = "invalid_token") -> None:
    assert outcome.status == service.not_good
    if service.challenges:
        assert f'error="{error}"' in outcome.challenge


def test_a_good_token_is_let_in_and_its_use_is_logged(
    bridge: OwnBridge, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    token = bridge.token(AUDIENCE, scope=SCOPE, jti="j-1", txn="t-1")
    assert service.ask(bearer(token)).status == 200
    (line,) = logged(caplog)
    used = json.loads(line)
    assert (used["event"], used["jti"], used["txn"], used["service"]) == ("token_used", "j-1", "t-1", AUDIENCE)


def test_a_request_without_a_token_is_told_what_to_bring(service: Service) -> None:
    outcome = service.ask({})
    assert outcome.status == 401
    if service.challenges:
        assert outcome.challenge.startswith("Bearer")
        assert "error=" not in outcome.challenge


@pytest.mark.parametrize(
    "token", ["another audience", "expired", "revoked", "another bridge", "junk", "an introspection answer"]
)
def test_a_token_that_is_not_good_here_is_refused(
    bridge: OwnBridge, service: Service, revoked: str, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = {
        "another audience": bridge.token("ledger", scope=SCOPE),
        "expired": bridge.token(AUDIENCE, scope=SCOPE, iat=int(time.time()) - 600),
        "revoked": revoked,
        "another bridge": OwnBridge(bridge.issuer).token(AUDIENCE, scope=SCOPE),
        "junk": "junk",
        "an introspection answer": bridge.token(AUDIENCE, scope=SCOPE, typ="token-introspection+jwt"),
    }
    assert_refused(service, service.ask(bearer(tokens[token])))
    assert logged(caplog) == []


def test_a_token_that_is_revoked_while_it_is_in_use_is_refused_within_seconds(
    bridge: OwnBridge, service: Service
) -> None:
    token = bridge.token(AUDIENCE, scope=SCOPE)
    assert service.ask(bearer(token)).status == 200
    bridge.revoke(token)
    assert eventually(lambda: service.ask(bearer(token)).status == service.not_good)


def test_a_good_token_for_something_else_is_403_and_says_which_scope(
    bridge: OwnBridge, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = service.ask(bearer(bridge.token(AUDIENCE, scope="risk:score:write")))
    assert outcome.status == 403
    if service.challenges:
        assert 'error="insufficient_scope"' in outcome.challenge
        assert SCOPE in outcome.challenge
    assert logged(caplog) == []


def test_a_bound_token_comes_with_its_proof_once(bridge: OwnBridge, service: Service) -> None:
    holder = bridge.holder()
    token = bridge.token(AUDIENCE, scope=SCOPE, cnf=holder.cnf)
    headers = proven(service, token, holder)
    assert service.ask(headers).status == 200
    assert_refused(service, service.ask(headers), "invalid_dpop_proof")
    assert service.ask(proven(service, token, holder)).status == 200


@pytest.mark.parametrize("wrong", ["no proof", "another key", "another place", "another method", "another token"])
def test_a_bound_token_with_a_wrong_proof_is_refused(
    bridge: OwnBridge, service: Service, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    holder = bridge.holder()
    token = bridge.token(AUDIENCE, scope=SCOPE, cnf=holder.cnf)
    headers = {
        "no proof": bearer(token),
        "another key": proven(service, token, bridge.holder()),
        "another place": proven(service, token, holder, htu=service.proven_url + "/7"),
        "another method": proven(service, token, holder, htm="DELETE"),
        "another token": proven(service, token, holder, ath="x"),
    }[wrong]
    outcome = service.ask(headers)
    assert outcome.status == service.not_good
    assert ("DPoP" in outcome.challenge) is service.challenges
    assert logged(caplog) == []


def test_a_key_that_signs_from_now_on_signs_good_tokens_at_once(bridge: OwnBridge, service: Service) -> None:
    """It was published before."""
    before = bridge.token(AUDIENCE, scope=SCOPE)
    bridge.rotate()
    for token in (before, bridge.token(AUDIENCE, scope=SCOPE)):
        assert service.ask(bearer(token)).status == 200


def test_while_the_bridge_is_away_nothing_is_let_in_and_a_second_later_everything_is(built: Built) -> None:
    with OwnBridge.serving() as bridge, built(bridge) as service:
        bridge.away = True
        token = bridge.token(AUDIENCE, scope=SCOPE)
        assert service.ask(bearer(token)).status == service.unavailable
        bridge.away = False
        time.sleep(1)
        assert service.ask(bearer(token)).status == 200
