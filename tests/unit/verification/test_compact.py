import hashlib

import pytest

from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.compact import UnverifiedHeader, parse_compact
from tests.support.issuer_world import claims, token
from tests.support.jose_tokens import json_bytes


def test_a_token_is_taken_apart_and_nothing_of_it_is_lost() -> None:
    text = token()
    jwt = parse_compact(text)
    assert jwt.unverified_header == UnverifiedHeader(alg="RS256", kid="rsa-1", typ="JWT")
    assert jwt.unverified_claims == claims()
    assert jwt.signing_input.decode() == text.rpartition(".")[0]
    assert len(jwt.signature) == 256
    assert jwt.digest == hashlib.sha256(json_bytes(claims())).hexdigest()


def test_claims_that_are_written_differently_have_another_digest() -> None:
    assert parse_compact(token()).digest != parse_compact(token({**claims(), "sub": "workload-2"})).digest


@pytest.mark.parametrize("payload", [b"{}", b" {}\n"])
def test_no_claims_are_well_formed(payload: bytes) -> None:
    assert parse_compact(token(payload)).unverified_claims == {}


def test_nothing_of_a_token_shows_in_its_repr() -> None:
    assert "workload-1" not in repr(parse_compact(token()))


def test_the_size_is_looked_at_before_anything_else() -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_compact("\ud800" * 16_385)
    assert refused.value.reason is Reason.TOKEN_TOO_LARGE
