from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from federation.model.binding import ProvenKeys
from federation.model.one_time import OneTimeUse
from federation.oauth.errors import InvalidDpopProof, UseDpopNonce
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.verification.proofs.dpop import DpopVerifier
from federation.verification.proofs.token_request import Nonces, Proofs
from tests.support.dpop import MTLS_URL, NOW, URLS, Members, ath, jkt, proof
from tests.support.fake_clock import FixedClock
from tests.support.fake_nonces import FakeNonceSecrets
from tests.support.jose_keys import JoseKey, ec_key, ed25519_key
from tests.support.x509_authority import HOUR, authority, device, pem
from tests.support.x509_thumbprint import x5t_s256

OLD, NEW = ec_key("old"), ed25519_key("new")
SUBJECT_TOKEN = "eyJ.eyJ.c2ln"
LEAF = authority("acme").sign(device())


def by_old(key: JoseKey = OLD, **members: object) -> str:
    """The subject token's key vouches for the new one."""
    claims: Members = {"ath": ath(SUBJECT_TOKEN), "cnf": {"jkt": jkt(NEW)}, "jti": "old-1", **members}
    return proof(key, **claims)


def by_new(**members: object) -> str:
    claims: Members = {"jti": "new-1", **members}
    return proof(NEW, "EdDSA", **claims)


@dataclass(frozen=True)
class Asking:
    """A token request, and what comes of its proofs."""

    request: ExchangeRequest = field(default_factory=lambda: ExchangeRequest(subject_token=SUBJECT_TOKEN))
    nonces: Nonces | None = None

    def proven(self, **sent: object) -> ProvenKeys:
        proofs = Proofs(DpopVerifier(FixedClock(NOW)), URLS, self.nonces)
        return proofs.verify(replace(self.request, **sent))

    def refusal(self, **sent: object) -> Reason:
        with pytest.raises(InvalidDpopProof) as refused:
            self.proven(**sent)
        return refused.value.reason


def test_a_request_without_proofs_proves_nothing() -> None:
    assert Asking().proven() == ProvenKeys()


def test_the_dpop_header_names_the_key_that_the_token_will_be_bound_to() -> None:
    proven = Asking().proven(dpop_proof=by_new(htu=MTLS_URL))
    assert proven == ProvenKeys(dpop=jkt(NEW), one_time=(OneTimeUse("dpop", (jkt(NEW), "new-1"), NOW + 60),))


def test_a_client_of_its_own_may_prove_a_key() -> None:
    assert Asking(ExchangeRequest()).proven(dpop_proof=by_new()).dpop == jkt(NEW)


def test_a_bad_proof_is_refused_and_never_dropped() -> None:
    for text in ("", "junk", by_new(iat=NOW - 61)):
        assert Asking().refusal(dpop_proof=text)
        assert Asking().refusal(dpop_proof=by_new(), subject_token_proof=text)


def test_the_subject_tokens_key_vouches_for_the_new_one() -> None:
    proven = Asking().proven(dpop_proof=by_new(), subject_token_proof=by_old())
    assert (proven.dpop, proven.previous) == (jkt(NEW), jkt(OLD))
    assert [use.key for use in proven.one_time] == [(jkt(NEW), "new-1"), (jkt(OLD), "old-1")]


def test_it_vouches_for_one_key_alone() -> None:
    for cnf in (
        None,
        {},
        {"jkt": jkt(OLD)},
        {"jkt": jkt(NEW), "kid": "a"},
        {"x5t#S256": jkt(NEW)},
        jkt(NEW),
        [jkt(NEW)],
    ):
        reason = Asking().refusal(dpop_proof=by_new(), subject_token_proof=by_old(cnf=cnf))
        assert reason is Reason.UNRELATED_PROOF


def test_it_vouches_with_one_subject_token_alone() -> None:
    for other in (None, ath("eyJ.eyJ.c2lo")):
        reason = Asking().refusal(dpop_proof=by_new(), subject_token_proof=by_old(ath=other))
        assert reason is Reason.WRONG_PROOF_TOKEN
    reason = Asking(ExchangeRequest()).refusal(dpop_proof=by_new(), subject_token_proof=by_old())
    assert reason is Reason.UNRELATED_PROOF


def test_it_makes_no_sense_without_a_new_key() -> None:
    for vouched in (by_old(), by_old(cnf=None)):
        assert Asking().refusal(subject_token_proof=vouched) is Reason.UNRELATED_PROOF


def test_it_is_for_this_endpoint_and_this_minute_as_well() -> None:
    for elsewhere in (by_old(htm="GET"), by_old(htu="https://evil.example/token")):
        reason = Asking().refusal(dpop_proof=by_new(), subject_token_proof=elsewhere)
        assert reason is Reason.WRONG_PROOF_TARGET
    assert Asking().refusal(dpop_proof=by_new(), subject_token_proof=by_old(iat=NOW + 61)) is Reason.STALE_PROOF


def test_a_proof_that_vouches_for_another_key_is_no_header() -> None:
    """So that nobody who sees one of the two proofs can use it as the other."""
    assert Asking().refusal(dpop_proof=by_old()) is Reason.UNRELATED_PROOF
    assert Asking().refusal(dpop_proof=by_new(), subject_token_proof=by_new(ath=ath(SUBJECT_TOKEN)))


def test_one_proof_is_not_two() -> None:
    twice = proof(NEW, "EdDSA", jti="new-1", ath=ath(SUBJECT_TOKEN), cnf={"jkt": jkt(NEW)})
    assert Asking().refusal(dpop_proof=by_new(), subject_token_proof=twice) is Reason.PROOF_REPLAYED
    same = by_new(ath=ath(SUBJECT_TOKEN))
    assert Asking().refusal(dpop_proof=same, subject_token_proof=same) is Reason.UNRELATED_PROOF


def test_a_certificate_is_proven_by_its_connection() -> None:
    proven = Asking().proven(client_certificate=pem(LEAF))
    assert proven == ProvenKeys(certificate=x5t_s256(LEAF), certificate_expires_at=NOW + HOUR)


def test_a_certificate_may_be_the_new_key() -> None:
    vouched = by_old(cnf={"x5t#S256": x5t_s256(LEAF)})
    proven = Asking().proven(client_certificate=pem(LEAF), subject_token_proof=vouched)
    assert (proven.dpop, proven.previous, proven.certificate) == (None, jkt(OLD), x5t_s256(LEAF))


def test_beside_a_dpop_key_a_certificate_is_not_the_new_key() -> None:
    vouched = by_old(cnf={"x5t#S256": x5t_s256(LEAF)})
    sent = {"client_certificate": pem(LEAF), "dpop_proof": by_new(), "subject_token_proof": vouched}
    assert Asking().refusal(**sent) is Reason.UNRELATED_PROOF
    assert Asking().proven(**{**sent, "subject_token_proof": by_old()}).previous == jkt(OLD)


@pytest.mark.parametrize("certificate", ["", "junk", pem(LEAF)[:300], "\ud800"])
def test_a_malformed_certificate_proves_nothing_and_hinders_nobody(certificate: str) -> None:
    assert Asking().proven(client_certificate=certificate) == ProvenKeys()
    vouched = by_old(cnf={"x5t#S256": x5t_s256(LEAF)})
    assert Asking().refusal(client_certificate=certificate, subject_token_proof=vouched) is Reason.UNRELATED_PROOF


@pytest.mark.parametrize(("begins", "ends", "counts"), [(0, 0, True), (1, HOUR, False), (-HOUR, -1, False)])
def test_a_certificate_counts_from_its_first_second_to_its_last(begins: int, ends: int, counts: bool) -> None:
    leaf = authority("acme").sign(replace(device(), not_before=NOW + begins, not_after=NOW + ends))
    assert (Asking().proven(client_certificate=pem(leaf)).certificate is not None) is counts


def test_the_header_needs_a_nonce_and_the_other_proof_none() -> None:
    nonces = Nonces(FakeNonceSecrets(), FixedClock(NOW), "https://federation.example.com")
    asking = Asking(nonces=nonces)
    with pytest.raises(UseDpopNonce):
        asking.proven(dpop_proof=by_new(), subject_token_proof=by_old(nonce=nonces.fresh()))
    sent = {"dpop_proof": by_new(nonce=nonces.fresh()), "subject_token_proof": by_old()}
    assert asking.proven(**sent).previous == jkt(OLD)
    assert asking.proven(client_certificate=pem(LEAF)).certificate


def test_no_proof_shows_in_a_repr() -> None:
    request = ExchangeRequest(dpop_proof=by_new(), subject_token_proof=by_old())
    assert "eyJ" not in repr(request)
    assert "eyJ" not in repr(DpopVerifier(FixedClock(NOW)).verify(by_new(), "POST", URLS))
