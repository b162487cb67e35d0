"""Any bytes under any headers on any path: a typed refusal whose every word is ours, and nothing is trusted."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.oauth.reasons import Reason
from tests.support.push_world import BODY, JWK_SET, PATH, PushWorld

DESCRIPTIONS = {f"{reason.value}: {reason.advice}" for reason in Reason}
WORLD = PushWorld()

printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60)
bodies = st.one_of(
    st.binary(max_size=300),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["keys", "kty", "kid", "n", "x5c"]), inner, max_size=4)
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps({"keys": value}).encode()),
)


@settings(deadline=None, max_examples=150)
@given(
    method=st.sampled_from(["POST", "POST", "POST", "GET", "BREW"]),
    path=st.one_of(st.just(PATH), st.text(max_size=30), printable.map(lambda id_: f"/issuers/{id_}/keys")),
    headers=st.dictionaries(st.sampled_from(["authorization", "content-type", "x-a"]), printable, max_size=3),
    body=bodies,
)
def test_any_push_without_a_good_token_is_refused(method: str, path: str, headers: dict[str, str], body: bytes) -> None:
    response = WORLD.send(body, None, path, method=method, headers=headers)
    assert response.status in {400, 401, 405, 413}
    assert json.loads(response.body)["error_description"] in DESCRIPTIONS
    assert response.headers["cache-control"] == "no-store"
    assert (WORLD.pushed.kept, WORLD.ledger.records) == ({}, {})


@settings(deadline=None, max_examples=150)
@given(body=bodies)
def test_any_body_that_is_vouched_for_is_taken_or_refused_with_its_reason(body: bytes) -> None:
    world = WORLD.send(body, WORLD.admin_token())
    assert world.status == 400
    assert json.loads(world.body)["error_description"] in DESCRIPTIONS


@settings(deadline=None, max_examples=100)
@given(position=st.integers(min_value=0), bit=st.integers(0, 7))
def test_one_bent_bit_of_a_push_is_one_too_many(position: int, bit: int) -> None:
    """ATTACKS invariant 11: body and token both."""
    token = WORLD.vouching(BODY)
    sent = bytearray(BODY + token.encode())
    sent[position % len(sent)] ^= 1 << bit
    body, bent = bytes(sent[: len(BODY)]), bytes(sent[len(BODY) :]).decode("latin-1")
    response = WORLD.send(body, None, headers={"authorization": f"Bearer {bent}", "content-type": JWK_SET})
    assert response.status in {400, 401}
    assert WORLD.pushed.kept == {}
