"""ATTACKS L: who says to be a registered client."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from federation.documents.form import parse_document
from federation.documents.source import InvalidDocuments, SourceDocument
from federation.model.trust import IssuerKeys
from federation.oauth.errors import InvalidClient, InvalidRequest, TemporarilyUnavailable, UnauthorizedClient
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, FetchFailed
from federation.verification.discovery import KeySource
from federation.web.fetcher import WebFetcher
from tests.support.client_world import GATEWAY, NOW, ClientWorld, assertion, assertion_claims, by_key, itself
from tests.support.document_vectors import base
from tests.support.fake_clock import FixedClock
from tests.support.fake_ledger import FakeLedger
from tests.support.issuer_world import jwks, trusted
from tests.support.jose_keys import JoseKey, b64u, ec_key, ed25519_key, key_for, rsa_key
from tests.support.jose_tokens import signed, signing_input

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "clients" / "assertions.json").read_text())


def vectors(row: str) -> list[ParameterSet]:
    return [pytest.param(vector, id=vector["name"]) for vector in VECTORS if vector["row"] == row]


@pytest.fixture
def world() -> ClientWorld:
    world = ClientWorld()
    world.register(by_key())
    return world


def refused(world: ClientWorld, vector: dict[str, Any]) -> None:
    sent = assertion(header=vector.get("header"), **vector.get("claims", {}))
    assert world.refusal(client_assertion=sent, client_id=GATEWAY).startswith(vector["detail"])
    assert world.ask(client_assertion=assertion(), client_id=GATEWAY).client_id == GATEWAY


@pytest.mark.parametrize("vector", vectors("L1"))
def test_L1_an_assertion_is_for_us_alone_in_one_text(world: ClientWorld, vector: dict[str, Any]) -> None:
    refused(world, vector)


@pytest.mark.parametrize("vector", vectors("L2"))
def test_L2_iss_and_sub_are_the_client(world: ClientWorld, vector: dict[str, Any]) -> None:
    refused(world, vector)


def test_L2_the_body_names_the_same_client(world: ClientWorld) -> None:
    world.register(by_key(), "globex")  # the same key, so that nothing else can be wrong
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("globex", {}),
        (GATEWAY, {"sub": "globex"}),
        (GATEWAY, {"iss": "globex", "sub": "globex"}),
    ]
    for named, claims in wrong:
        assert "iss and sub" in world.refusal(client_id=named, client_assertion=assertion(**claims))
    assert "iss and sub" in world.refusal(client_assertion=assertion(iss="globex"))
    assert "unknown" in world.refusal(client_assertion=assertion(sub=None))
    assert "unknown" in world.refusal(client_assertion=assertion(sub=[GATEWAY]))


@pytest.mark.parametrize("vector", vectors("L3"))
def test_L3_an_assertion_lives_for_five_minutes_at_most(world: ClientWorld, vector: dict[str, Any]) -> None:
    refused(world, vector)


@pytest.mark.parametrize("vector", vectors("L4"))
def test_L4_an_assertion_says_which_one_it_is(world: ClientWorld, vector: dict[str, Any]) -> None:
    refused(world, vector)


def test_L4_of_fifty_requests_with_one_assertion_one_is_committed(world: ClientWorld) -> None:
    ledger, text = FakeLedger(FixedClock(NOW)), assertion()

    def attempt(number: int) -> bool:
        caller = world.ask(client_assertion=text)
        try:
            ledger.commit({"jti": f"t-{number}", "correlation_id": f"c-{number}"}, caller.one_time)
        except AlreadyUsed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(50))) == 1


def test_L4_what_is_remembered_has_the_same_name_in_every_release(world: ClientWorld) -> None:
    [use] = world.ask(client_assertion=assertion()).one_time
    assert (str(use.purpose), use.key, use.times) == ("client_assertion", ("acme-gateway", "once-1"), 1)
    assert use.expires_at >= NOW + 60
    world.register(by_key(), "globex")
    [other] = world.ask(client_assertion=assertion(iss="globex", sub="globex")).one_time
    assert other.key != use.key


def test_L4_another_signature_under_the_same_claims_is_the_same_use(world: ClientWorld) -> None:
    first, second = assertion(), assertion()
    assert first != second
    assert world.ask(client_assertion=first).one_time == world.ask(client_assertion=second).one_time


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512"])
def test_L5_other_algorithms_are_refused_even_if_the_key_fits(alg: str) -> None:
    world, key = ClientWorld(), key_for(alg)
    world.register(by_key(key))
    assert world.refusal(client_assertion=assertion(key, alg)).startswith("unsupported_algorithm")


@pytest.mark.parametrize(("said", "signed_as"), [("EdDSA", "Ed25519"), ("Ed25519", "EdDSA")])
def test_L5_the_old_and_the_new_name_of_ed25519_are_one_algorithm(said: str, signed_as: str) -> None:
    """RFC 9864: openid-client 6.9 signs as `Ed25519` with a key that its owner published as `EdDSA`."""
    world, key = ClientWorld(), ed25519_key()
    world.register({"method": "private_key_jwt", "jwks": jwks(key.jwk(alg=said))})
    assert world.ask(client_assertion=assertion(key, signed_as)).client_id == GATEWAY


@pytest.mark.parametrize("key", [rsa_key(), ec_key(), ec_key("k", "P-384")], ids=["RSA", "P-256", "P-384"])
@pytest.mark.parametrize("alg", ["Ed25519", "EdDSA"])
def test_L5_an_edwards_algorithm_with_a_key_of_another_kind_is_refused(key: JoseKey, alg: str) -> None:
    world = ClientWorld()
    world.register(by_key(key))
    text = signing_input({"alg": alg, "kid": key.kid}, assertion_claims())
    for length in (0, 64, 256):
        assert not world.refusal(client_assertion=f"{text}.{b64u(bytes(length))}").startswith("bad_signature")


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "", "es256", "EdDSA ", "ed25519", "Ed448"])
def test_L5_there_is_no_none_and_no_shared_secret(world: ClientWorld, alg: str) -> None:
    world.register(by_key(rsa_key(), ec_key(), ed25519_key()))
    text = signing_input({"alg": alg, "kid": "rsa-1"}, assertion_claims())
    for signature in ("", "AA", b64u(b"\0" * 32)):
        world.refusal(client_assertion=f"{text}.{signature}")


@pytest.mark.parametrize(
    "sent",
    [
        {"authorization": "Basic YTpi", "client_assertion": assertion()},
        {"authorization": "Basic YTpi", "client_secret": "x", "client_id": GATEWAY},
        {"client_secret": "x", "client_assertion": assertion()},
        {"client_secret": "x", "client_id": GATEWAY, "client_certificate": "pem"},
        {"authorization": "Basic YTpi", "client_certificate": "pem"},
        {"iam_caller": "arn", "client_secret": "x", "client_id": GATEWAY},
        {"iam_caller": "arn", "client_assertion": assertion()},
    ],
)
def test_L6_two_methods_are_one_too_many(world: ClientWorld, sent: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        world.ask(**sent)
    assert refusal.value.reason is Reason.SEVERAL_CLIENT_AUTHENTICATIONS
    assert world.trust.reads == 0


def test_L7_a_header_that_promises_a_signature_is_none(world: ClientWorld) -> None:
    text = signing_input({"alg": "ES256", "kid": "ec-1"}, assertion_claims())
    for sent in (text, f"{text}.", f"{text}..", f".{text}", f"{text}.{b64u(bytes(64))}"):
        world.refusal(client_assertion=sent)


@pytest.mark.parametrize("vector", vectors("L8"))
def test_L8_a_token_of_another_slot_is_no_assertion(world: ClientWorld, vector: dict[str, Any]) -> None:
    refused(world, vector)


def test_L8_a_subject_token_is_no_assertion_of_its_subject(world: ClientWorld) -> None:
    subject = assertion(iss="https://idp.example.com")  # for us, of the right key and sub
    world.refusal(client_assertion=subject, subject_token=subject)


@pytest.mark.parametrize(
    ("auth", "changes"),
    [
        (by_key(), {"enabled": False}),
        (by_key(ec_key("ec-2")), {}),
        ({"method": "none"}, {"sender_constraint": "dpop"}),
        ({"method": "spiffe_jwt", "spiffe_id": "spiffe://a.example/b", "issuer": "mesh"}, {}),
    ],
    ids=["disabled", "a removed key", "another method", "a trust domain"],
)
def test_L9_what_is_not_registered_any_more_proves_nobody(
    world: ClientWorld, auth: dict[str, Any], changes: dict[str, Any]
) -> None:
    world.ask(client_assertion=assertion())
    world.register(auth, **changes)
    world.refusal(client_assertion=assertion())


def test_L9_a_key_of_another_client_is_not_its_own(world: ClientWorld) -> None:
    world.register(by_key(ec_key("theirs")), "globex")
    world.refusal(client_assertion=assertion(ec_key("theirs")))
    same_kid = signed({"alg": "ES256", "kid": "ec-1"}, assertion_claims(), ec_key("theirs"), "ES256")
    assert world.refusal(client_assertion=same_kid).startswith("bad_signature")


def everything_wrong(alg: str) -> dict[str, str]:
    """An assertion for each way of not being a client."""
    stranger = key_for(alg, "stranger")
    mine = {"alg": alg, "kid": "ec-1"}

    def sent(name: str, kid: str = "ec-1") -> str:
        return signed({**mine, "kid": kid}, assertion_claims(iss=name, sub=name), stranger, alg)

    return {
        "unknown client": sent("nobody"),
        "wrong key": sent(GATEWAY),
        "unknown key": sent(GATEWAY, "another"),
        "disabled client": sent("disabled"),
        "another method": sent("public"),
        "no trust domain": sent("workload"),
    }


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "Ed25519", "PS256", "RS256", "ES384", "ES512"])
def test_L10_an_unknown_client_costs_and_hears_the_same_as_a_wrong_key(world: ClientWorld, alg: str) -> None:
    world.register(by_key(), "disabled", enabled=False)
    world.register({"method": "none"}, "public", sender_constraint="dpop")
    world.register({"method": "spiffe_jwt", "spiffe_id": "spiffe://a.example/b", "issuer": "mesh"}, "workload")
    answers = set()
    for name, text in everything_wrong(alg).items():
        world.keys.uses.clear()
        with pytest.raises(InvalidClient) as refusal:
            world.ask(client_assertion=text)
        assert len(world.keys.uses) == 1, name
        answers.add((refusal.value.http_status, refusal.value.description, tuple(refusal.value.headers.items())))
    assert len(answers) == 1


def test_L10_a_good_assertion_is_verified_once(world: ClientWorld) -> None:
    world.ask(client_assertion=assertion())
    assert len(world.keys.uses) == 1


def test_L10_an_algorithm_that_does_not_exist_costs_nobody_anything(world: ClientWorld) -> None:
    for name in (GATEWAY, "nobody"):
        text = signed({"alg": "HS256", "kid": "ec-1"}, assertion_claims(iss=name, sub=name), ec_key(), "ES256")
        world.refusal(client_assertion=text)
    assert world.keys.uses == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "169.254.169.254", "10.0.0.1", "[::1]", "[::ffff:169.254.169.254]", "2130706433", "0x7f000001"],
)
def test_L11_keys_are_never_fetched_from_within(host: str) -> None:
    url = f"https://{host}/jwks.json"
    document = SourceDocument("request", base("client", auth={"method": "private_key_jwt", "jwks_uri": url}))
    with pytest.raises(InvalidDocuments):
        parse_document(document, loopback=False)
    with pytest.raises(FetchFailed):  # whatever a document says that was written some other way
        KeySource(WebFetcher()).load(trusted(keys=IssuerKeys(jwks_uri=url)))


def test_L11_what_was_fetched_and_failed_is_told_to_nobody(world: ClientWorld) -> None:
    world.register({"method": "private_key_jwt", "jwks_uri": "https://gateway.acme.example/jwks.json"})
    with pytest.raises(TemporarilyUnavailable) as refusal:
        world.ask(client_assertion=assertion())
    assert "gateway.acme.example" not in refusal.value.description


def test_L11_a_shared_secret_at_the_address_verifies_nothing(world: ClientWorld) -> None:
    url = "https://gateway.acme.example/jwks.json"
    world.register({"method": "private_key_jwt", "jwks_uri": url})
    world.web.documents[url] = jwks({"kty": "oct", "kid": "ec-1", "k": "AQAB"})
    assert world.refusal(client_assertion=assertion()).startswith("unusable_key")


def test_L12_a_public_client_without_dpop_has_no_token(world: ClientWorld) -> None:
    world.register({"method": "none"}, sender_constraint="dpop")
    assert world.refusal(client_id=GATEWAY) == "client acme-gateway has no DPoP proof"
    assert world.ask(client_id=GATEWAY, dpop_proof="judged elsewhere").client_id == GATEWAY


def test_L12_a_public_client_never_asks_for_itself(world: ClientWorld) -> None:
    world.register({"method": "none"}, sender_constraint="dpop")
    with pytest.raises(UnauthorizedClient):
        world.callers.authenticate(itself(client_id=GATEWAY, dpop_proof="x"))


def test_L12_a_public_client_that_brings_a_proof_of_another_method_is_refused(world: ClientWorld) -> None:
    world.register({"method": "none"}, sender_constraint="dpop")
    sent: Sequence[dict[str, str]] = ({"client_assertion": assertion()}, {"iam_caller": "arn"})
    for proof in sent:
        world.refusal(client_id=GATEWAY, dpop_proof="x", **proof)
