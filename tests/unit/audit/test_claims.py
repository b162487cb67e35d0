"""What of an identity's claims is remembered."""

import json

from hypothesis import given
from hypothesis import strategies as st

from federation.audit.claims import MAX_BYTES, MAX_TEXT, PASSING, identifying_claims
from federation.model.json import Json


def test_what_is_anothers_with_every_token_is_left_out() -> None:
    claims: dict[str, Json] = {"iss": "https://idp.example.com", "sub": "worker", **dict.fromkeys(PASSING, "x")}
    assert identifying_claims(claims) == {"iss": "https://idp.example.com", "sub": "worker"}


def test_nested_claims_are_kept_as_they_are_or_not_at_all() -> None:
    fine: dict[str, Json] = {"kubernetes.io": {"namespace": "payments", "pod": {"uid": "7"}}, "groups": ["a", "b"]}
    assert identifying_claims(fine) == fine
    assert identifying_claims({"groups": ["a", "x" * (MAX_TEXT + 1)]}) == {}


def test_a_text_that_could_be_a_token_is_never_kept() -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"
    claims: dict[str, Json] = {"id": token, "note": f"Bearer {token}", "deep": {"er": [token]}, token: 1, "sub": "x"}
    assert identifying_claims(claims) == {"sub": "x"}


def test_what_is_small_is_kept_before_what_is_large() -> None:
    claims: dict[str, Json] = {"large": ["x" * 200] * 30, "sub": "worker", "department": "billing"}
    assert identifying_claims(claims) == {"sub": "worker", "department": "billing"}


json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=40), json_values, max_size=30))
def test_never_more_than_there_was_and_never_too_much(claims: dict[str, Json]) -> None:
    kept = identifying_claims(claims)
    assert len(json.dumps(kept)) <= MAX_BYTES
    assert all(claims[name] == value for name, value in kept.items())
    assert identifying_claims(kept) == kept
