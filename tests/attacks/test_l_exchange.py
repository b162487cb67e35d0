"""L4 to L12 in the whole pipeline: who says to be a registered client."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from federation.model.json import Json
from federation.oauth.http import HttpResponse
from federation.oauth.identifiers import JWT_BEARER_ASSERTION, SPIFFE_ASSERTION
from federation.verification.compact import parse_compact
from tests.support.attacked_bridge import PLAIN, Attacked, Connection, attacked, by_assertion, issued_claims
from tests.support.client_world import GATEWAY, assertion, by_key
from tests.support.dpop import jkt
from tests.support.exchange_world import body, subject_token
from tests.support.jose_keys import ec_key
from tests.support.jose_twins import twin
from tests.support.x509_authority import authority, device, pem
from tests.support.x509_thumbprint import x5t_s256

FAILED = ("invalid_client", "client_authentication_failed", 401)
SEVERAL = ("invalid_request", "several_client_authentications")
CERTIFICATE = authority("self").sign(device("gateway"))
ROLE = "arn:aws:iam::123456789012:role/gateway"


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    with attacked() as made:
        made.let_impersonate()
        made.register()
        yield made


def test_L4_an_assertion_is_good_for_one_token(bridge: Attacked) -> None:
    sent = by_assertion()
    bridge.token(None, **sent)
    bridge.refused(lambda: bridge.post(None, **sent), *FAILED)
    bridge.token(None, **by_assertion(jti="once-2"))


def test_L4_of_fifty_uses_of_one_assertion_at_once_one_wins(bridge: Attacked) -> None:
    sent = by_assertion()
    bridge.race(lambda: bridge.post(None, **sent), *FAILED)
    assert len(bridge.world.ledger.claims) == 1


def test_L4_of_fifty_who_ask_for_themselves_by_one_assertion_one_wins(bridge: Attacked) -> None:
    sent = by_assertion()
    bridge.race(lambda: bridge.for_itself(bridge.proving(), scope="risk:read", **sent), *FAILED)


def test_L4_the_twin_of_an_assertion_is_the_same_use(bridge: Attacked) -> None:
    text = assertion()
    bridge.token(None, **by_assertion(twin(text)))
    for again in (text, twin(text), assertion()):
        bridge.refused(partial(bridge.post, None, **by_assertion(again)), *FAILED)


def test_L4_what_is_refused_uses_nothing_up(bridge: Attacked) -> None:
    sent = by_assertion()
    bridge.refused_unsigned(
        lambda: bridge.post(None, audience="nowhere", **sent), "invalid_target", "target_not_granted"
    )
    bridge.refused_unsigned(lambda: bridge.post("garbage", **sent), "invalid_request", "malformed_token")
    bridge.token(None, **sent)


BASIC = Connection(headers=(("authorization", "Basic YTpi"),))
IAM = Connection(iam_caller=ROLE)
MTLS = Connection(certificate=pem(CERTIFICATE))
TWICE: list[tuple[Connection, dict[str, Json]]] = [
    (BASIC, by_assertion()),
    (BASIC, {"client_id": GATEWAY, "client_secret": "x"}),
    (PLAIN, {**by_assertion(), "client_secret": "x"}),
    (MTLS, {"client_id": GATEWAY, "client_secret": "x"}),
    (Connection(certificate=pem(CERTIFICATE), headers=BASIC.headers), {"client_id": GATEWAY}),
    (IAM, by_assertion()),
    (IAM, {"client_id": GATEWAY, "client_secret": "x"}),
]


@pytest.mark.parametrize(("over", "sent"), TWICE)
def test_L6_two_methods_are_one_too_many_and_cost_nothing(
    bridge: Attacked, over: Connection, sent: dict[str, Json]
) -> None:
    bridge.token()
    reads = bridge.world.trust.reads
    bridge.refused_unsigned(lambda: bridge.post(None, over, **sent), *SEVERAL)
    assert bridge.world.trust.reads == reads


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        ("Basic YTpi", 'Basic realm="federation-bridge"'),
        ("bAsIc YTpi", 'Basic realm="federation-bridge"'),
        ("Bearer x", 'Bearer realm="federation-bridge"'),
        ("DPoP x", 'DPoP realm="federation-bridge"'),
        ("Evil YTpi", None),
        ("", None),
        (None, None),
    ],
)
def test_L6_only_who_used_an_authorization_header_hears_of_one(
    bridge: Attacked, header: str | None, challenge: str | None
) -> None:
    """No client proves itself by one, so nobody is asked to (RFC 6749 section 5.2)."""
    over = Connection(headers=() if header is None else (("authorization", header),))
    sent = {"client_id": GATEWAY} if header is None else {}
    response = bridge.refused_unsigned(lambda: bridge.post(None, over, **sent), *FAILED)
    assert response.headers.get("www-authenticate") == challenge


def test_L9_a_client_that_is_disabled_meanwhile_gets_nothing(bridge: Attacked) -> None:
    """Known as enabled, and so verified; what the commit reads is the truth."""
    bridge.token(None, **by_assertion(jti="before"))
    sent, world = by_assertion(jti="during"), bridge.world
    world.state.meanwhile = lambda: _once(bridge, lambda: bridge.register(enabled=False))
    bridge.refused(lambda: bridge.post(None, **sent), *FAILED)
    assert set(world.ledger.discarded.values()) == {"trust_changed"}
    bridge.refused_unsigned(lambda: bridge.post(None, **by_assertion(jti="after")), *FAILED)


def _once(bridge: Attacked, change: Any) -> None:  # noqa: ANN401  (whatever it does)
    bridge.world.state.meanwhile = lambda: None
    change()


@pytest.mark.parametrize(
    "change",
    [
        {"enabled": False},
        {"auth": by_key(ec_key("another"))},
        {"grants": ["client-credentials"]},
        {"tenant": "globex"},
        {"scopes": ["risk:write"]},
        {"audiences": ["ledger"]},
        {"auth": {"method": "none"}},
    ],
)
def test_L9_what_is_taken_from_a_client_is_gone_at_the_very_next_exchange(
    bridge: Attacked, change: dict[str, Any]
) -> None:
    bridge.token(None, **by_assertion(jti="before"))
    bridge.register(**change)
    before = bridge.left()
    response = bridge.post(None, scope="risk:read", **by_assertion(jti="after"))
    assert response.status in (400, 401)
    after = bridge.left()
    assert (after.released, after.claims, after.entries) == (before.released, before.claims, before.entries + 1)


def test_L9_the_key_of_one_client_proves_no_other(bridge: Attacked) -> None:
    bridge.register("acme-batch", ec_key("batch"))
    mine = by_assertion(key=ec_key("batch"), iss="acme-batch", sub="acme-batch")
    bridge.token(None, **mine)
    for claims in ({"iss": GATEWAY, "sub": GATEWAY}, {"iss": "acme-batch", "sub": GATEWAY}):
        forged = by_assertion(key=ec_key("batch"), jti="forged", **claims)
        bridge.refused_unsigned(partial(bridge.post, None, **forged), *FAILED)
        bridge.refused_unsigned(partial(bridge.post, None, client_id=GATEWAY, **forged), *FAILED)


def strangers(bridge: Attacked) -> dict[str, HttpResponse]:
    """Every way not to be a client: the caller must not be able to tell one from another."""
    bridge.register("disabled", enabled=False)
    bridge.register("by-certificate", auth={"method": "self_signed_tls_client_auth", "thumbprints": ["x" * 43]})
    bridge.register("by-role", auth={"method": "aws_iam", "role": ROLE})

    def named(name: str, **changes: Any) -> HttpResponse:  # noqa: ANN401  (of the assertion)
        return bridge.post(None, client_id=name, **by_assertion(iss=name, sub=name, **changes))

    return {
        "unknown": named("nobody"),
        "unknown, and unnamed": bridge.post(None, **by_assertion(iss="nobody", sub="nobody")),
        "wrong key": named(GATEWAY, key=ec_key("wrong")),
        "wrong kid": named(GATEWAY, header={"kid": "wrong"}),
        "disabled": named("disabled"),
        "another method": named("by-certificate"),
        "yet another": named("by-role"),
        "expired": named(GATEWAY, exp=1_700_000_000),
        "for another server": named(GATEWAY, aud="https://elsewhere.example.com"),
        "no signature": bridge.post(None, client_id=GATEWAY, **by_assertion("a.b.c")),
        "no assertion": bridge.post(None, client_id=GATEWAY),
        "an SVID": bridge.post(None, **{**by_assertion(), "client_assertion_type": SPIFFE_ASSERTION}),
        "a certificate of nobody": bridge.post(None, MTLS, client_id="by-certificate"),
        "an unknown client's": bridge.post(None, MTLS, client_id="nobody"),
        "a role of nobody": bridge.post(None, Connection(iam_caller=f"{ROLE}x"), client_id="by-role"),
        "a secret": bridge.post(None, client_id=GATEWAY, client_secret="secret"),
    }


def test_L10_every_stranger_hears_the_same(bridge: Attacked) -> None:
    answers = strangers(bridge)
    seen = {name: _without_its_name(answer) for name, answer in answers.items()}
    assert set(seen.values()) == {seen["unknown"]}, seen
    assert not bridge.left().released
    assert not bridge.left().claims


def test_L10_the_record_tells_them_apart(bridge: Attacked) -> None:
    answers = strangers(bridge)
    entries = bridge.world.log.entries
    assert len(entries) == len(answers)
    assert len({str(entry["detail"]) for entry in entries}) > len(answers) / 2
    assert {entry["reason"] for entry in entries} == {"client_authentication_failed"}


def _without_its_name(answer: HttpResponse) -> tuple[int, str, str]:
    told = {name: value for name, value in body(answer).items() if name != "correlation_id"}
    headers = {name: value for name, value in answer.headers.items() if name != "x-correlation-id"}
    return answer.status, json.dumps(told, sort_keys=True), json.dumps(headers, sort_keys=True)


def test_L12_a_client_that_proves_nothing_gets_no_token_without_a_key(bridge: Attacked) -> None:
    bridge.register("spa", auth={"method": "none"}, grants=["token-exchange"])
    bridge.refused_unsigned(lambda: bridge.post(None, client_id="spa"), *FAILED)
    answer = bridge.post(None, bridge.proving(), client_id="spa")
    given = issued_claims(answer)
    assert (given["client_id"], given["cnf"], body(answer)["token_type"]) == ("spa", {"jkt": jkt()}, "DPoP")


def test_L10_a_bare_name_is_told_the_same_whoever_has_it(bridge: Attacked) -> None:
    bridge.register("spa", auth={"method": "none"}, grants=["token-exchange"])
    bridge.register("off", auth={"method": "none"}, grants=["token-exchange"], enabled=False)
    bridge.register("signs", auth={"method": "tls_client_auth", "certificates": [], "san_dns": "a.example.com"})
    names = ("spa", "off", "signs", "unknown", "x" * 500)
    answers = {_without_its_name(bridge.post(None, client_id=name)) for name in names}
    assert len(answers) == 1
    assert "client_id=anonymous" in str(answers)


def test_L10_anonymous_is_no_client(bridge: Attacked) -> None:
    named, unnamed = bridge.token(None, client_id="anonymous"), bridge.token(None)
    for token in (named, unnamed):
        assert parse_compact(token).unverified_claims["client_id"] == "partner/acme/sync"
    proofs: tuple[dict[str, str], ...] = (
        {"client_secret": "s"},
        {"client_assertion": "a.b.c", "client_assertion_type": JWT_BEARER_ASSERTION},
    )
    for sent in proofs:
        bridge.refused_unsigned(partial(bridge.post, None, client_id="anonymous", **sent), *FAILED)
    bridge.refused_unsigned(
        lambda: bridge.for_itself(client_id="anonymous"), "invalid_client", "grant_not_allowed", 401
    )


def test_L10_a_document_of_that_name_would_be_nobodys(bridge: Attacked) -> None:
    bridge.register("anonymous", auth={"method": "none"}, audiences=[], scopes=[])
    assert bridge.token(None, client_id="anonymous")


def test_L12_nor_does_a_certificate_of_its_own_do(bridge: Attacked) -> None:
    bridge.register("spa", auth={"method": "none"}, grants=["token-exchange"])
    response = bridge.post(None, MTLS, client_id="spa")
    assert response.status == 401
    assert not bridge.left().released


def test_L12_nor_may_it_ask_for_itself(bridge: Attacked) -> None:
    bridge.register("spa", auth={"method": "none"}, grants=["token-exchange"])
    bridge.refused_unsigned(
        lambda: bridge.for_itself(bridge.proving(), client_id="spa"), "unauthorized_client", "grant_not_allowed"
    )


def test_L12_its_tokens_are_exchanged_with_its_key_alone(bridge: Attacked) -> None:
    bridge.register("spa", auth={"method": "none"}, grants=["token-exchange"])
    token = bridge.token(None, bridge.proving(), client_id="spa")
    bridge.refused_unsigned(
        lambda: bridge.post(token, bridge.proving(ec_key("thief")), client_id="spa"),
        "invalid_request",
        "proof_required",
    )
    bridge.token(token, bridge.proving(), client_id="spa")


def test_L8_a_subject_token_is_no_assertion_and_an_assertion_no_subject(bridge: Attacked) -> None:
    bridge.refused_unsigned(lambda: bridge.post(None, **by_assertion(subject_token())), *FAILED)
    bridge.refused_unsigned(lambda: bridge.post(assertion()), "invalid_request", "untrusted_issuer")


def test_L6_a_certificate_beside_an_assertion_is_no_second_method(bridge: Attacked) -> None:
    """It may be what the token is bound to."""
    bridge.world.write({"kind": "Audience", "id": "risk-engine", "scopes": ["risk:read"], "sender_constraint": "mtls"})
    given = issued_claims(bridge.post(None, MTLS, **by_assertion()))
    assert given["cnf"] == {"x5t#S256": x5t_s256(CERTIFICATE)}
