"""Group J, the request: a DPoP proof (RFC 9449) is for one method, URL and minute, and is used once."""

from dataclasses import dataclass, field
from threading import Barrier, Thread

import pytest

from federation.oauth.identifiers import PROOF_ALGORITHMS
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed
from tests.support.dpop import CLIENT, MTLS_URL, NOW, TOKEN_URL, Members, jkt, proof, proof_header
from tests.support.dpop_verification import refusal, verified
from tests.support.fake_clock import FixedClock
from tests.support.fake_ledger import FakeLedger
from tests.support.jose_keys import b64u, ec_key, key_for, rsa_key


@pytest.mark.parametrize("htm", ["post", "Post", "GET", "POST ", "", "PUT"])
def test_J5_htm_is_the_method_exactly(htm: str) -> None:
    assert refusal(proof(htm=htm)) is Reason.WRONG_PROOF_TARGET


OTHER_URLS = [
    "https://federation.example.com.evil.example/token",
    "https://evil.example/token",
    "https://federation.example.com@evil.example/token",
    "https://user@federation.example.com/token",
    "http://federation.example.com/token",
    "https://federation.example.com:8443/token",
    "https://federation.example.com:0443/token",
    "https://federation.example.com:80/token",
    "https://federation.example.com:/token",
    "https://federation.example.com./token",
    "https://federation.example.com/token/",
    "https://federation.example.com//token",
    "https://federation.example.com/TOKEN",
    "https://federation.example.com/a/../token",
    "https://federation.example.com/./token",
    "https://federation.example.com/%74oken",
    "https://federation.example.com/%2e/token",
    "https://federation.example.com/token%2f",
    "https://federation.example.com/token;a=b",
    "https://federation.example.com/",
    "https://federation.example.com",
    "https://federation.example.com?/token",
    "https://federation.example.com\\token",
    "https://federation.example.com/introspect",
    "https:/federation.example.com/token",
    "//federation.example.com/token",
    "/token",
    "",
    " https://federation.example.com/token",
    "https://federation.example.com/token ",
    "https://federation.example.com/token\n",
    "https://federation.example.com/token?a\nb",
    "https://federation.example.\u212aom/token",
    "https://federation\u3002example.com/token",
    "https://execute-api.example.com/token",
]


@pytest.mark.parametrize("htu", OTHER_URLS)
def test_J6_a_proof_for_another_url_is_refused(htu: str) -> None:
    assert refusal(proof(htu=htu)) is Reason.WRONG_PROOF_TARGET


@pytest.mark.parametrize(
    "htu",
    [
        TOKEN_URL,
        f"{TOKEN_URL}?a=b",
        f"{TOKEN_URL}#a",
        f"{TOKEN_URL}?a#b",
        "HTTPS://FEDERATION.Example.com/token",
        "https://federation.example.com:443/token",
        MTLS_URL,
    ],
)
def test_J6_spellings_of_our_url_are_one(htu: str) -> None:
    assert verified(proof(htu=htu)).jti == "jti-1"


def test_J6_no_configured_url_is_no_url() -> None:
    assert refusal(proof(), urls=frozenset()) is Reason.WRONG_PROOF_TARGET
    assert refusal(proof(htu="nonsense"), urls=frozenset({"nonsense"})) is Reason.WRONG_PROOF_TARGET


@pytest.mark.parametrize("offset", [-10, 0, 10, -60, 60])
def test_J7_a_fresh_proof_is_accepted(offset: int) -> None:
    assert verified(proof(iat=NOW + offset)).issued_at == NOW + offset


@pytest.mark.parametrize("offset", [-3600, 3600, -61, 61, -NOW, 2**53 - NOW])
def test_J7_a_proof_of_another_time_is_refused(offset: int) -> None:
    assert refusal(proof(iat=NOW + offset)) is Reason.STALE_PROOF


@pytest.mark.parametrize(("now", "accepted"), [(NOW + 60.0, True), (NOW + 60.001, False), (NOW - 60.001, False)])
def test_J7_the_minute_is_exact(now: float, accepted: bool) -> None:
    if accepted:
        assert verified(proof(), at=now)
    else:
        assert refusal(proof(), at=now) is Reason.STALE_PROOF


def test_J8_a_jti_is_one_key_s_and_is_remembered_as_long_as_the_proof_is_fresh() -> None:
    other = ec_key("other")
    uses = [verified(text).use for text in (proof(), proof(iat=NOW + 30), proof(other), proof(jti="jti-2"))]
    assert [use.key for use in uses[:2]] == [(jkt(), "jti-1")] * 2
    assert len({use.key for use in uses}) == 3
    assert [use.expires_at for use in uses[:2]] == [NOW + 60, NOW + 90]


@dataclass
class Race:
    """Requests that all commit the same proof at the same moment."""

    ledger: FakeLedger
    barrier: Barrier
    won: list[int] = field(default_factory=list)

    def commit(self, request: int) -> None:
        use = verified(proof()).use
        self.barrier.wait()
        try:
            self.ledger.commit({"jti": f"token-{request}", "correlation_id": f"request-{request}"}, [use])
        except AlreadyUsed:
            return
        self.won.append(request)


def test_J8_of_fifty_requests_with_one_proof_one_wins() -> None:
    race = Race(FakeLedger(FixedClock(NOW)), Barrier(50))
    threads = [Thread(target=race.commit, args=(request,)) for request in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(race.won) == len(race.ledger.records) == 1


def test_J8_a_proof_that_was_used_cannot_be_used_while_it_is_fresh() -> None:
    clock = FixedClock(NOW)
    ledger = FakeLedger(clock)
    ledger.commit({"jti": "token-1", "correlation_id": "request-1"}, [verified(proof()).use])
    clock.advance(60)
    with pytest.raises(AlreadyUsed):
        ledger.commit({"jti": "token-2", "correlation_id": "request-2"}, [verified(proof(), at=clock.now()).use])


@pytest.mark.parametrize("alg", PROOF_ALGORITHMS)
def test_J12_the_thumbprint_is_of_the_key_and_not_of_how_it_is_written(alg: str) -> None:
    key = key_for(alg)
    more: Members = {
        "kid": "another",
        "use": "sig",
        "alg": alg,
        "key_ops": ["verify"],
        "ext": True,
        "x5c": ["AAAA"],
        "xyz": {},
    }
    spellings: list[Members] = [key.public, {**more, **key.public}, dict(reversed(key.public.items()))]
    for public in spellings:
        assert verified(proof(key, alg, header=proof_header(key, alg, jwk=public))).jkt == jkt(key)


def test_J12_leading_zeros_of_a_number_make_no_other_key() -> None:
    key = rsa_key()
    padded = {**key.public, "e": "AAEAAQ"}
    assert verified(proof(key, "PS256", header=proof_header(key, "PS256", jwk=padded))).jkt == jkt(key)


@pytest.mark.parametrize("member", ["x", "y"])
def test_J12_a_padded_coordinate_is_no_second_name_of_a_key(member: str) -> None:
    for bent in (f"{CLIENT.public[member]}=", b64u(b"\x00") + str(CLIENT.public[member])):
        header = proof_header(jwk={**CLIENT.public, member: bent})
        assert refusal(proof(header=header)) is Reason.UNUSABLE_PROOF_KEY


def test_J13_a_proof_has_4_kib_at_most() -> None:
    fits = proof(filler=["x" * 1360] * 2)
    assert 4000 < len(fits) <= 4096
    assert verified(fits).jti == "jti-1"
    assert refusal(proof(filler=["x" * 1500] * 2)) is Reason.MALFORMED_PROOF
    assert refusal("A" * 10_000_000) is Reason.MALFORMED_PROOF


def test_J13_no_claim_of_a_use_outlives_two_minutes() -> None:
    for number in range(100):
        use = verified(proof(jti=f"jti-{number}", iat=NOW + 60)).use
        assert use.expires_at <= NOW + 120
