"""Group A, the signature: one form for each algorithm, and every algorithm that exists."""

import hashlib
import json

import pytest

from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.algorithms import ALGORITHMS
from federation.verification.compact import parse_compact
from tests.support.issuer_world import NOW, claims, refusal, token, trusted, world
from tests.support.jose_keys import b64u, ec_key, key_for
from tests.support.jose_tokens import signing_input

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def ecdsa(r: int, s: int, half: int = 32) -> bytes:
    return r.to_bytes(half) + s.to_bytes(half)


def bent_signatures() -> dict[str, bytes]:
    key = ec_key()
    good = key.sign("ES256", signing_input({"alg": "ES256", "kid": key.kid}, claims()).encode())
    r, s = int.from_bytes(good[:32]), int.from_bytes(good[32:])
    edges = {"0": 0, "1": 1, "n-1": P256_ORDER - 1, "n": P256_ORDER, "n+1": P256_ORDER + 1, "2^256-1": 2**256 - 1}
    return {
        **{f"r={name}": ecdsa(value, s) for name, value in edges.items()},
        **{f"s={name}": ecdsa(r, value) for name, value in edges.items()},
        "psychic": ecdsa(0, 0),
        "DER": b"\x30\x44\x02\x20" + good[:32] + b"\x02\x20" + good[32:],
        "63 bytes": good[:-1],
        "65 bytes": good + b"\0",
        "a leading zero each": b"\0" + good[:32] + b"\0" + good[32:],
        "a leading zero in front": b"\0" + good,
        "half": good[:32],
        "one byte": b"\0",
        "as long as for P-384": ecdsa(r, s, 48),
    }


@pytest.mark.parametrize("form", bent_signatures())
def test_A12_an_ecdsa_signature_has_one_form(form: str) -> None:
    key = ec_key()
    text = signing_input({"alg": "ES256", "kid": key.kid}, claims())
    forged = f"{text}.{b64u(bent_signatures()[form])}"
    assert refusal(world(trusted(key)), forged) is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("length", [1, 63, 64, 65, 96, 132, 255, 256, 257, 1024])
def test_A12_a_signature_of_zeros_is_refused_by_every_algorithm(alg: str, length: int) -> None:
    key = key_for(alg)
    forged = f"{signing_input({'alg': alg, 'kid': key.kid}, claims())}.{b64u(bytes(length))}"
    assert refusal(world(trusted(key, algorithms=(alg,))), forged) is Reason.BAD_SIGNATURE


def test_A13_both_signatures_of_one_ecdsa_token_name_the_same_thing() -> None:
    original = token(key=ec_key(), alg="ES256")
    text, _, signature = original.rpartition(".")
    raw = parse_compact(original).signature
    twin = f"{text}.{b64u(ecdsa(int.from_bytes(raw[:32]), P256_ORDER - int.from_bytes(raw[32:])))}"
    w = world(trusted(ec_key()))
    first, second = w.verify(original), w.verify(twin)
    assert twin != f"{text}.{signature}"
    assert first == second
    assert first.digest == hashlib.sha256(json.dumps(claims(), separators=(",", ":")).encode()).hexdigest()


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_A_every_algorithm_verifies_its_own_tokens_and_no_other(alg: str) -> None:
    key, stranger = key_for(alg), key_for(alg, "stranger")
    w = world(trusted(key, algorithms=(alg,)))
    verified = w.verify(token(key=key, alg=alg))
    assert (verified.subject, verified.key_id, verified.expires_at) == ("workload-1", key.kid, NOW + 300)
    forged = token(key=stranger, alg=alg, header={"alg": alg, "kid": key.kid})
    assert refusal(w, forged) is Reason.BAD_SIGNATURE


def test_A_the_algorithms_are_these_and_no_others() -> None:
    assert " ".join(sorted(ALGORITHMS)) == "ES256 ES384 ES512 Ed25519 EdDSA PS256 PS384 PS512 RS256 RS384 RS512"


def test_A_nothing_of_a_token_shows_in_what_it_is_refused_with() -> None:
    with pytest.raises(InvalidRequest) as caught:
        world().verify(token(header={"alg": "RS256", "kid": "rsa-1", "canary-7f3a": "canary-7f3a"}))
    assert "canary" not in caught.value.detail + caught.value.description
    assert "canary" not in repr(parse_compact(token(claims(note="canary-7f3a"))))
