"""Whatever is sent as a proof is one, for this very request, or a typed refusal."""

from functools import cache

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from federation.model.json import Json
from federation.oauth.errors import InvalidDpopProof, UseDpopNonce
from federation.oauth.request import ExchangeRequest
from federation.verification.proofs.dpop import DpopVerifier, VerifiedProof, is_one_of
from federation.verification.proofs.token_request import Nonces, Proofs
from tests.support.dpop import CLIENT, NOW, TOKEN_URL, URLS, jkt, proof, proof_claims, proof_header
from tests.support.fake_clock import FixedClock
from tests.support.fake_nonces import FakeNonceSecrets
from tests.support.jose_keys import b64u, key_for
from tests.support.jose_tokens import signed

ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")
untimed = settings(deadline=None)  # the machine decides how fast, not the test

json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
segments = st.text(max_size=40) | st.binary(max_size=80).map(b64u)


def verified(text: str) -> VerifiedProof | InvalidDpopProof:
    """Anything else than these two is a failure of the test."""
    try:
        return DpopVerifier(FixedClock(NOW)).verify(text, "POST", URLS)
    except InvalidDpopProof as refusal:
        return refusal


@cache
def accepted(alg: str) -> str:
    text = proof(key_for(alg), alg)
    assert isinstance(verified(text), VerifiedProof)
    return text


@untimed
@given(st.text(max_size=300) | st.lists(segments, max_size=6).map(".".join))
@example("\ud800.\ud800.\ud800")
def test_any_text_is_refused_with_a_type(text: str) -> None:
    assert isinstance(verified(text), InvalidDpopProof)


@untimed
@given(
    header=st.dictionaries(st.sampled_from(["alg", "typ", "jwk", "kid"]), json_values),
    jwk=st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "n", "e", "use", "key_ops", "issuer"]), json_values),
    claims=st.dictionaries(st.sampled_from(["jti", "htm", "htu", "iat", "nonce"]), json_values),
)
def test_any_members_make_a_proof_or_a_typed_refusal(
    header: dict[str, Json], jwk: dict[str, Json], claims: dict[str, Json]
) -> None:
    good = proof_header(jwk={**CLIENT.public, **jwk})
    for text in (
        signed({**good, **header}, proof_claims(), CLIENT, "ES256"),
        signed(proof_header(), {**proof_claims(), **claims}, CLIENT, "ES256"),
    ):
        result = verified(text)
        if isinstance(result, VerifiedProof):
            assert result.jkt == jkt()
            assert 1 <= len(result.jti) <= 128
            assert abs(result.issued_at - NOW) <= 60


@pytest.mark.parametrize("alg", ALGORITHMS)
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_proof_with_one_bit_changed_is_refused(alg: str, data: st.DataObject) -> None:
    text = accepted(alg).encode()
    bit = data.draw(st.integers(0, len(text) * 8 - 1))
    mutated = bytearray(text)
    mutated[bit // 8] ^= 1 << bit % 8
    assert isinstance(verified(mutated.decode("latin-1")), InvalidDpopProof)


@pytest.mark.parametrize("alg", ALGORITHMS)
@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_proof_with_bytes_changed_added_or_lost_is_refused(alg: str, data: st.DataObject) -> None:
    text = accepted(alg)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 4, len(text))))
    piece = data.draw(st.text("ABYZabyz0189-_.=, ", max_size=4))
    assume(piece != text[start:end])
    assert isinstance(verified(text[:start] + piece + text[end:]), InvalidDpopProof)


@untimed
@given(st.integers(-200, 200) | st.sampled_from([-61, -60, 60, 61]), st.sampled_from([0, 0.5, 0.999]))
def test_the_minute_is_exact_on_both_sides(offset: int, fraction: float) -> None:
    verifier = DpopVerifier(FixedClock(NOW + fraction))
    try:
        verifier.verify(proof(iat=NOW + offset), "POST", URLS)
    except InvalidDpopProof:
        assert abs(offset - fraction) > 60
    else:
        assert abs(offset - fraction) <= 60


@untimed
@given(st.text(max_size=60) | st.text("htps:/.@%2eTOKENfederation?#\\", max_size=40).map(TOKEN_URL.__add__))
def test_what_is_taken_for_our_url_is_our_url(htu: str) -> None:
    if is_one_of(htu, frozenset({TOKEN_URL})):
        assert htu.partition("?")[0].partition("#")[0] == TOKEN_URL


@untimed
@given(st.none() | st.text(max_size=60))
def test_no_nonce_is_guessed(nonce: str | None) -> None:
    with pytest.raises(UseDpopNonce) as refused:
        Nonces(FakeNonceSecrets(), FixedClock(NOW), "https://federation.example.com").check(nonce)
    assert refused.value.nonce != nonce


@untimed
@given(header=st.none() | st.text(max_size=60), other=st.none() | st.text(max_size=60), pem=st.none() | st.text())
def test_any_token_request_proves_nothing_or_is_refused_with_a_type(
    header: str | None, other: str | None, pem: str | None
) -> None:
    request = ExchangeRequest(subject_token="a", dpop_proof=header, subject_token_proof=other, client_certificate=pem)
    proofs = Proofs(DpopVerifier(FixedClock(NOW)), URLS, None)
    try:
        proven = proofs.verify(request)
    except InvalidDpopProof:
        assert (header, other) != (None, None)
    else:
        assert (proven.dpop, proven.previous, proven.certificate) == (None, None, None)
