"""Every adapter on its real framework, under a real server: what is let in, and how each refusal is answered."""

import json
import logging
import time
from collections.abc import Iterator

import pytest

from federation.resource_server.testing import OwnBridge
from tests.support.services import grpc_services, lambdas, mcp_services, web
from tests.support.services.asked import AUDIENCE, SCOPE, Built, Service, bearer, proven

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
    "mcp": mcp_services.mcp_service,
    "fastmcp": mcp_services.fastmcp_service,
}


@pytest.fixture
def bridge() -> Iterator[OwnBridge]:
    with OwnBridge.serving() as bridge:
        yield bridge


@pytest.fixture(params=sorted(SERVICES))
def service(request: pytest.FixtureRequest, bridge: OwnBridge) -> Iterator[Service]:
    with SERVICES[request.param](bridge) as service:
        yield service


def test_a_good_token_is_let_in_and_its_use_is_logged(
    bridge: OwnBridge, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    token = bridge.token(AUDIENCE, scope=SCOPE, jti="j-1", txn="t-1")
    with caplog.at_level(logging.INFO, "federation.uses"):
        assert service.ask(bearer(token)).status == 200
    (line,) = [record.getMessage() for record in caplog.records if record.name == "federation.uses"]
    used = json.loads(line)
    assert (used["event"], used["jti"], used["txn"], used["service"]) == ("token_used", "j-1", "t-1", AUDIENCE)


def test_who_brings_no_token_is_told_what_to_bring(service: Service) -> None:
    outcome = service.ask({})
    assert outcome.status == 401
    assert outcome.challenge.startswith("Bearer")
    assert "error=" not in outcome.challenge


@pytest.mark.parametrize(
    "token", ["another audience", "expired", "revoked", "another bridge", "junk", "an introspection answer"]
)
def test_a_token_that_is_not_good_here_is_401(bridge: OwnBridge, service: Service, token: str) -> None:
    revoked = bridge.token(AUDIENCE, scope=SCOPE)
    bridge.revoke(revoked)
    tokens = {
        "another audience": bridge.token("ledger", scope=SCOPE),
        "expired": bridge.token(AUDIENCE, scope=SCOPE, iat=int(time.time()) - 600),
        "revoked": revoked,
        "another bridge": OwnBridge(bridge.issuer).token(AUDIENCE, scope=SCOPE),
        "junk": "junk",
        "an introspection answer": bridge.token(AUDIENCE, scope=SCOPE, typ="token-introspection+jwt"),
    }
    outcome = service.ask(bearer(tokens[token]))
    assert outcome.status == 401
    assert 'error="invalid_token"' in outcome.challenge


def test_a_good_token_for_something_else_is_403_and_says_which_scope(bridge: OwnBridge, service: Service) -> None:
    outcome = service.ask(bearer(bridge.token(AUDIENCE, scope="risk:score:write")))
    assert outcome.status == 403
    assert 'error="insufficient_scope"' in outcome.challenge
    assert SCOPE in outcome.challenge


def test_a_bound_token_comes_with_its_proof_once(bridge: OwnBridge, service: Service) -> None:
    holder = bridge.holder()
    token = bridge.token(AUDIENCE, scope=SCOPE, cnf=holder.cnf)
    headers = proven(service, token, holder)
    assert service.ask(headers).status == 200
    replayed = service.ask(headers)
    assert replayed.status == 401
    assert replayed.challenge.startswith("DPoP")
    assert 'error="invalid_dpop_proof"' in replayed.challenge
    assert service.ask(proven(service, token, holder)).status == 200


@pytest.mark.parametrize("wrong", ["no proof", "another key", "another place", "another method", "another token"])
def test_a_bound_token_with_a_wrong_proof_is_401(bridge: OwnBridge, service: Service, wrong: str) -> None:
    holder = bridge.holder()
    token = bridge.token(AUDIENCE, scope=SCOPE, cnf=holder.cnf)
    headers = {
        "no proof": bearer(token),
        "another key": proven(service, token, bridge.holder()),
        "another place": proven(service, token, holder, htu=service.url + "/7"),
        "another method": proven(service, token, holder, htm="DELETE"),
        "another token": proven(service, token, holder, ath="x"),
    }[wrong]
    outcome = service.ask(headers)
    assert outcome.status == 401
    assert "DPoP" in outcome.challenge


def test_while_the_bridge_is_away_nothing_is_let_in_and_a_second_later_everything_is(
    bridge: OwnBridge, service: Service
) -> None:
    bridge.away = True
    token = bridge.token(AUDIENCE, scope=SCOPE)
    assert service.ask(bearer(token)).status == 503
    bridge.away = False
    time.sleep(1.1)
    assert service.ask(bearer(token)).status == 200
