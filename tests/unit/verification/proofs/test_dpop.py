import pytest

from federation.client.key import DpopKey
from federation.model.one_time import OneTimeUse, Purpose
from federation.oauth.errors import InvalidDpopProof, UnprovenToken
from federation.oauth.identifiers import PROOF_ALGORITHMS
from federation.oauth.reasons import Reason
from federation.system import SystemClock
from federation.verification.algorithms import ALGORITHMS
from federation.verification.proofs.dpop import DpopVerifier
from tests.support.dpop import NOW, TOKEN_URL, URLS, ath, jkt, proof, proof_claims
from tests.support.fake_clock import FixedClock

VERIFIER = DpopVerifier(FixedClock(NOW))


def test_a_verified_proof_says_what_was_proven() -> None:
    verified = VERIFIER.verify(proof(nonce="n", more=[1]), "POST", URLS)
    assert (verified.jkt, verified.jti, verified.issued_at, verified.nonce) == (jkt(), "jti-1", NOW, "n")
    assert verified.claims == proof_claims(nonce="n", more=[1])
    assert verified.use == OneTimeUse(Purpose.DPOP, (jkt(), "jti-1"), NOW + 60)


def test_what_is_wrong_with_a_proof_stands_in_the_audit_record_without_its_text() -> None:
    details = {
        "canary": "malformed_token: not three segments of ASCII",
        proof(
            header={"alg": "ES256", "typ": "dpop+jwt", "kid": "canary"}
        ): "unsafe_token_header: header member: unknown",
        proof(iat=NOW - 3600): "iat is -3600 seconds from now",
        proof(htu="https://canary.example"): "htu",
    }
    for text, detail in details.items():
        with pytest.raises(InvalidDpopProof) as refused:
            VERIFIER.verify(text, "POST", URLS)
        assert refused.value.detail == detail


def test_ath_counts_only_where_there_is_a_token() -> None:
    assert VERIFIER.verify(proof(ath="nonsense"), "POST", URLS)
    assert VERIFIER.verify(proof(ath=ath("token")), "POST", URLS, access_token="token")
    for wrong in (proof(), proof(ath=""), proof(ath=ath("tokem")), proof(ath="\u00e9")):
        with pytest.raises(InvalidDpopProof) as refused:
            VERIFIER.verify(wrong, "POST", URLS, access_token="token")
        assert refused.value.reason is Reason.WRONG_PROOF_TOKEN


def test_the_key_that_callers_install_makes_proofs_that_are_taken() -> None:
    key, verifier = DpopKey.generate(), DpopVerifier(SystemClock())
    verified = verifier.verify(key.proof("POST", f"{TOKEN_URL}?a#b", nonce="n"), "POST", URLS)
    assert (verified.jkt, verified.nonce) == (key.thumbprint, "n")
    bound = key.proof("GET", TOKEN_URL, access_token="token")
    assert verifier.verify(bound, "GET", URLS, access_token="token").jkt == key.thumbprint


def test_every_algorithm_that_is_published_exists() -> None:
    assert set(PROOF_ALGORITHMS) <= ALGORITHMS.keys()
    challenge = UnprovenToken(Reason.BOUND_TOKEN).headers["www-authenticate"]
    assert f'algs="{" ".join(PROOF_ALGORITHMS)}"' in challenge
