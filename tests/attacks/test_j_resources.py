"""Rows J11 and K6: bound tokens at our own doors (RFC 9449 section 7, RFC 8705 section 3)."""

import hashlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from federation.model.binding import Binding
from federation.model.one_time import OneTimeUse
from federation.oauth.reasons import Reason
from tests.support.dpop import NOW, TOKEN_URL, Members, ath, jkt
from tests.support.jose_keys import b64u, ec_key
from tests.support.resource_proofs import TOKEN, Visit, proof_at_door
from tests.support.x509_authority import HOUR, authority, device, pem

BY_DPOP = Binding(jkt=jkt())
CHALLENGE = 'DPoP realm="federation-bridge", error="invalid_token", algs="ES256 PS256 EdDSA Ed25519"'

CA = authority("acme")
LEAF = CA.sign(device())
DIGEST = hashlib.sha256(LEAF.public_bytes(Encoding.DER))
BY_CERTIFICATE = Binding(x5t_s256=b64u(DIGEST.digest()))


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP"])
def test_J11_a_bound_token_is_taken_with_a_proof_of_its_key_once(scheme: str) -> None:
    visit = Visit(f"{scheme} {TOKEN}", proof_at_door())
    assert visit.uses(BY_DPOP) == (OneTimeUse("dpop", (jkt(), "jti-1"), NOW + 60),)


@pytest.mark.parametrize("dpop", [None, proof_at_door()])
def test_J11_a_bound_token_is_no_bearer_token(dpop: str | None) -> None:
    refusal = Visit(dpop=dpop).refusal(BY_DPOP)
    assert refusal.reason is Reason.BOUND_TOKEN
    assert refusal.headers == {"www-authenticate": CHALLENGE}


def test_J11_a_bound_token_without_a_proof_is_refused() -> None:
    refusal = Visit(f"DPoP {TOKEN}").refusal(BY_DPOP)
    assert (refusal.reason, refusal.headers["www-authenticate"]) == (Reason.BOUND_TOKEN, CHALLENGE)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "",
        ath("eyJ.eyJ.c2lo"),
        f"{ath(TOKEN)}=",
        hashlib.sha256(TOKEN.encode()).hexdigest(),
        1,
        [ath(TOKEN)],
        TOKEN,
    ],
)
def test_J11_ath_names_the_very_token(wrong: object) -> None:
    refusal = Visit(f"DPoP {TOKEN}", proof_at_door(ath=wrong)).refusal(BY_DPOP)
    assert (refusal.reason, refusal.headers["www-authenticate"]) == (Reason.WRONG_PROOF_TOKEN, CHALLENGE)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"htu": TOKEN_URL}, Reason.WRONG_PROOF_TARGET),
        ({"htm": "GET"}, Reason.WRONG_PROOF_TARGET),
        ({"iat": NOW - 61}, Reason.STALE_PROOF),
        ({"jti": ""}, Reason.INCOMPLETE_PROOF),
    ],
)
def test_J11_a_proof_for_something_else_is_refused(members: Members, reason: Reason) -> None:
    refusal = Visit(f"DPoP {TOKEN}", proof_at_door(**members)).refusal(BY_DPOP)
    assert (refusal.reason, refusal.headers["www-authenticate"]) == (reason, CHALLENGE)


def test_J11_a_proof_is_for_the_method_of_this_request() -> None:
    visit = Visit(f"DPoP {TOKEN}", proof_at_door(htm="GET"), method="GET")
    assert visit.uses(BY_DPOP)
    assert replace(visit, dpop=proof_at_door()).refusal(BY_DPOP).reason is Reason.WRONG_PROOF_TARGET


@pytest.mark.parametrize("dpop", ["", "junk", f"{proof_at_door()},{proof_at_door()}"])
def test_J11_a_header_that_is_no_proof_is_refused(dpop: str) -> None:
    assert Visit(f"DPoP {TOKEN}", dpop).refusal(BY_DPOP).reason is Reason.MALFORMED_PROOF


def test_J11_a_proof_of_another_key_is_refused() -> None:
    refusal = Visit(f"DPoP {TOKEN}", proof_at_door()).refusal(Binding(jkt=jkt(ec_key("other"))))
    assert (refusal.reason, refusal.headers["www-authenticate"]) == (Reason.BOUND_TOKEN, CHALLENGE)


@pytest.mark.parametrize("binding", [None, BY_CERTIFICATE])
def test_J11_only_a_token_that_is_bound_to_a_dpop_key_comes_by_that_scheme(binding: Binding | None) -> None:
    visit = Visit(f"DPoP {TOKEN}", proof_at_door(), pem(LEAF))
    assert visit.refusal(binding).reason is Reason.BOUND_TOKEN
    assert replace(visit, authorization=f"Bearer {TOKEN}").uses(binding) == ()


AUTHORIZATIONS = ["", "Bearer", "DPoP", f"Basic {TOKEN}", f"Bearer {TOKEN} x", f"Bearer {TOKEN}, DPoP {TOKEN}", TOKEN]


@pytest.mark.parametrize("authorization", AUTHORIZATIONS)
def test_J11_no_single_token_is_none(authorization: str) -> None:
    refusal = Visit(authorization).refusal(None)
    assert refusal.headers == {"www-authenticate": 'Bearer realm="federation-bridge"'}


def test_K6_a_token_that_is_bound_to_a_certificate_needs_that_connection() -> None:
    assert Visit(certificate=pem(LEAF)).uses(BY_CERTIFICATE) == ()
    for other in (None, pem(CA.sign(device())), "no certificate", ""):
        refusal = Visit(certificate=other).refusal(BY_CERTIFICATE)
        assert refusal.reason is Reason.CERTIFICATE_NOT_PROVEN
        assert refusal.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    "thumbprint",
    [DIGEST.hexdigest(), DIGEST.hexdigest().upper(), f"{b64u(DIGEST.digest())}=", "", b64u(DIGEST.digest())[:-1]],
    ids=["hex", "upper case", "padded", "empty", "cut"],
)
def test_K6_the_thumbprint_has_one_spelling(thumbprint: str) -> None:
    refusal = Visit(certificate=pem(LEAF)).refusal(Binding(x5t_s256=thumbprint))
    assert refusal.reason is Reason.CERTIFICATE_NOT_PROVEN


@pytest.mark.parametrize(("begins", "ends"), [(-2 * HOUR, -1), (1, HOUR)])
def test_K6_a_certificate_out_of_its_time_proves_nothing(begins: int, ends: int) -> None:
    leaf = CA.sign(replace(device(), not_before=NOW + begins, not_after=NOW + ends))
    bound = Binding(x5t_s256=b64u(hashlib.sha256(leaf.public_bytes(Encoding.DER)).digest()))
    assert Visit(certificate=pem(leaf)).refusal(bound).reason is Reason.CERTIFICATE_NOT_PROVEN


def test_K6_a_binding_to_nothing_is_proven_by_nothing() -> None:
    assert Visit(certificate=pem(LEAF)).refusal(Binding()).reason is Reason.CERTIFICATE_NOT_PROVEN
    assert Visit().refusal(Binding()).reason is Reason.CERTIFICATE_NOT_PROVEN
