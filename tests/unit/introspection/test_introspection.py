import jwt
import pytest
from msgspec.structs import replace

from federation.model.binding import Binding
from federation.oauth.http import HttpRequest
from tests.support.issued_world import API, BRIDGE, JWT, NOW, USUAL, IssuedWorld, body, claims_of, made_from, reason

FULL = made_from(
    provenance=replace(USUAL.provenance, actor="agent@1", actor_issuer="agents"),
    act={"sub": "agent/a"},
    binding=Binding(jkt="thumb"),
    authorization_details=({"type": "payment"},),
)


@pytest.fixture
def world() -> IssuedWorld:
    return IssuedWorld()


def test_a_good_token_is_told_with_everything_that_a_resource_server_needs(world: IssuedWorld) -> None:
    assert body(world.introspect(world.token(FULL, "leaf"))) == {
        "active": True,
        "token_type": "DPoP",
        "iss": BRIDGE,
        "sub": "partner/acme/sync",
        "aud": "risk-engine",
        "exp": NOW + 300,
        "iat": NOW,
        "jti": "leaf",
        "client_id": "partner/acme/sync",
        "scope": "risk:read",
        "act": {"sub": "agent/a"},
        "cnf": {"jkt": "thumb"},
        "txn": "txn-1",
        "tenant": "acme",
        "env": "prod",
        "ctx": {"repository": "acme/sync"},
        "authorization_details": [{"type": "payment"}],
    }


def test_an_opaque_token_is_told_like_a_signed_one(world: IssuedWorld) -> None:
    assert body(world.introspect(world.opaque(FULL, "leaf"))) == body(world.introspect(world.token(FULL, "leaf")))


@pytest.mark.parametrize(
    ("binding", "token_type"), [(None, "Bearer"), (Binding(x5t_s256="t"), "Bearer"), (Binding(jkt="t"), "DPoP")]
)
def test_the_token_type_says_how_it_must_be_presented(
    world: IssuedWorld, binding: Binding | None, token_type: str
) -> None:
    assert body(world.introspect(world.token(made_from(binding=binding))))["token_type"] == token_type


def test_a_signed_answer_is_for_that_client_and_verifies_with_the_published_keys(world: IssuedWorld) -> None:
    answer = world.introspect(world.token(jti="leaf"), accept=f"application/json;q=0.5, {JWT}")
    assert answer.headers["content-type"] == JWT
    text = answer.body.decode()
    header = jwt.get_unverified_header(text)
    (jwk,) = [each.jwk for each in (world.trust.load() or pytest.fail("no keys")).keys if each.kid == header["kid"]]
    jwt.decode(text, jwt.PyJWK(dict(jwk)), ["RS256"], audience=API, issuer=BRIDGE, options={"verify_iat": False})
    claims = claims_of(text)
    assert header["typ"] == "token-introspection+jwt"
    assert claims.keys() == {"iss", "aud", "iat", "token_introspection"}
    assert claims["token_introspection"]["jti"] == "leaf"


@pytest.mark.parametrize(
    "accept", ["", "*/*", "application/json", f"{JWT};q=0", f"{JWT}; Q=0.00", "text/html, application/jwt"]
)
def test_whoever_does_not_ask_for_a_jwt_gets_json(world: IssuedWorld, accept: str) -> None:
    answer = world.introspect(world.token(), accept=accept)
    assert answer.headers["content-type"] == "application/json"
    assert body(answer)["active"]


def test_answers_are_never_stored(world: IssuedWorld) -> None:
    for accept in ("", JWT):
        assert world.introspect(world.token(), accept=accept).headers["cache-control"] == "no-store"


def test_an_assertion_proves_its_client_once(world: IssuedWorld) -> None:
    http = world.request("/introspect", world.token(), API, {}, {"client_assertion": f"{API} the-only-time"})
    again = HttpRequest("POST", http.path, http.body, "another-request", http.headers)
    assert body(world.introspection.handle(http))["active"]
    answer = world.introspection.handle(again)
    assert (answer.status, body(answer)["error"]) == (401, "invalid_client")


def test_junk_costs_no_call(world: IssuedWorld) -> None:
    token, before = world.token(), world.state.reads
    assert world.introspect(token, by="nobody").status == 401
    assert (world.claims.writes, world.state.reads) == (0, before)


def test_a_token_that_is_not_for_the_caller_costs_no_read(world: IssuedWorld) -> None:
    token, before = world.token(), world.state.reads
    world.introspect(token, by="other-api")
    assert world.state.reads == before


def test_claims_that_cannot_be_written_are_a_503(world: IssuedWorld) -> None:
    world.claims.failing = True
    assert world.introspect(world.token()).status == 503


@pytest.mark.parametrize(
    ("method", "query", "status", "why"),
    [("GET", "", 405, "method_not_allowed"), ("POST", "token=x", 400, "parameters_in_query")],
)
def test_tokens_are_sent_in_the_body_of_a_post(
    world: IssuedWorld, method: str, query: str, status: int, why: str
) -> None:
    answer = world.introspection.handle(HttpRequest(method, "/introspect", b"", "c", {}, query))
    assert (answer.status, reason(answer)) == (status, why)


def test_trust_that_moves_twice_is_a_503(world: IssuedWorld) -> None:
    token = world.token()
    world.state.meanwhile = lambda: world.write_audience("risk-engine", introspection=[API])
    answer = world.introspect(token)
    assert (answer.status, reason(answer)) == (503, "trust_changed")


def test_a_refusal_is_one_record_without_anything_of_the_token(world: IssuedWorld) -> None:
    token = world.token()
    world.state.failing = True
    world.introspect(token)
    (entry,) = world.log.entries
    assert (entry["operation"], entry["client_id"], entry["outcome"]) == ("introspect", API, "deny")
    assert USUAL.principal not in str(entry)
