"""Whatever arrives is a token with one text or a typed refusal (ATTACKS section 3: 11, 12, 14)."""

import json
from functools import cache

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from federation.model.json import Json
from federation.model.tokens import SKEW
from federation.oauth.errors import InvalidRequest
from federation.oauth.strict_json import NotStrictJson, parse_object
from federation.verification import base64url
from federation.verification.base64url import NotBase64url
from federation.verification.claims import check_times
from federation.verification.compact import UnverifiedJwt, parse_compact
from tests.support.issuer_world import NOW, World, claims, token, trusted, world
from tests.support.jose_keys import b64u, key_for
from tests.support.jose_tokens import signing_input

HEADER = '{"alg":"RS256","kid":"rsa-1"}'
untimed = settings(deadline=None)  # the machine decides how fast, not the test

SIGNED_WITH = ("RS256", "PS256", "ES256", "EdDSA")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
json_objects = st.dictionaries(st.text(max_size=12), json_values, max_size=8).map(json.dumps)
json_like = st.lists(st.sampled_from([*'{}[]":,\\u0d8ntfe+-.19', "null", "NaN", '{"a":', '"sub":', "1e9"]), max_size=60)
payloads = st.binary(max_size=200) | json_objects.map(str.encode) | json_like.map(lambda parts: "".join(parts).encode())
segments = st.text(max_size=40) | payloads.map(b64u)


def parsed(text: str) -> UnverifiedJwt | InvalidRequest:
    """Anything else than these two is a failure of the test."""
    try:
        return parse_compact(text)
    except InvalidRequest as refusal:
        return refusal


@untimed
@given(st.text(max_size=300) | st.lists(segments, max_size=6).map(".".join))
@example(".." * 20_000)
@example("\ud800.\ud800.\ud800")
def test_any_text_is_a_token_or_a_typed_refusal(text: str) -> None:
    assert isinstance(parsed(text), UnverifiedJwt | InvalidRequest)


@untimed
@given(header=st.just(HEADER.encode()) | payloads, payload=payloads, signature=st.binary(min_size=1, max_size=80))
def test_an_accepted_token_has_one_text(header: bytes, payload: bytes, signature: bytes) -> None:
    text = f"{b64u(header)}.{b64u(payload)}.{b64u(signature)}"
    result = parsed(text)
    if isinstance(result, UnverifiedJwt):
        assert result.signing_input.decode() + "." + b64u(result.signature) == text
        assert json.loads(payload) == result.unverified_claims


@untimed
@given(json_objects)
def test_claims_are_read_as_they_were_written_or_not_at_all(text: str) -> None:
    result = parsed(f"{signing_input(HEADER, text)}.AAAA")
    if isinstance(result, UnverifiedJwt):
        assert json.loads(json.dumps(result.unverified_claims)) == json.loads(text)


@untimed
@given(payloads)
def test_strict_json_is_a_subset_of_json(data: bytes) -> None:
    try:
        value = parse_object(data)
    except NotStrictJson:
        return
    assert json.loads(data.decode("utf-8")) == value


@untimed
@given(st.binary(max_size=100))
def test_a_value_has_one_base64url(value: bytes) -> None:
    assert base64url.decode(base64url.encode(value)) == value


@untimed
@given(st.binary(max_size=40) | st.text("ABCZaz019-_=+/ \n", max_size=40).map(str.encode))
def test_a_base64url_that_is_read_is_the_one_of_its_value(text: bytes) -> None:
    try:
        value = base64url.decode(text)
    except NotBase64url:
        return
    assert base64url.encode(value) == text


@cache
def accepted(alg: str) -> tuple[World, bytes]:
    """A world, and a token that it accepts."""
    key = key_for(alg)
    w, text = world(trusted(key, algorithms=(alg,))), token(key=key, alg=alg)
    assert w.verify(text).subject == "workload-1"
    return w, text.encode()


@pytest.mark.parametrize("alg", SIGNED_WITH)
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_token_with_one_bit_changed_is_refused(alg: str, data: st.DataObject) -> None:
    w, text = accepted(alg)
    bit = data.draw(st.integers(0, len(text) * 8 - 1))
    mutated = bytearray(text)
    mutated[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidRequest):
        w.verify(mutated.decode("latin-1"))


@pytest.mark.parametrize("alg", SIGNED_WITH)
@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_token_with_bytes_changed_added_or_lost_is_refused(alg: str, data: st.DataObject) -> None:
    w, text = accepted(alg)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 4, len(text))))
    piece = data.draw(st.text("ABYZabyz0189-_.=", max_size=4)).encode()
    assume(piece != text[start:end])
    with pytest.raises(InvalidRequest):
        w.verify((text[:start] + piece + text[end:]).decode())


def is_in_time(members: dict[str, Json], now: float) -> bool:
    try:
        check_times(members, trusted(), now)
    except InvalidRequest:
        return False
    return True


@untimed
@given(st.integers(-200, 200) | st.sampled_from([-61, -60, -59, 59, 60, 61]), st.sampled_from([0, 0.5, 0.999]))
def test_the_minute_of_skew_is_exact_on_both_sides(offset: int, fraction: float) -> None:
    now = NOW + fraction
    assert is_in_time(claims(iat=NOW - 300, exp=NOW + offset), now) is (NOW + offset >= now - SKEW)
    assert is_in_time(claims(nbf=NOW + offset), now) is (NOW + offset <= now + SKEW)
    assert is_in_time(claims(iat=NOW + offset, exp=NOW + 300), now) is (NOW + offset <= now + SKEW)


@untimed
@given(st.dictionaries(st.sampled_from(["exp", "iat", "nbf"]), json_values), st.floats(0, 2**40))
def test_any_times_are_accepted_or_refused_with_a_type(members: dict[str, Json], now: float) -> None:
    assert is_in_time(members, now) in {True, False}
