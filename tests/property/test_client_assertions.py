"""No change to an accepted assertion is accepted."""

from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from federation.model.json import JsonObject
from federation.oauth.errors import InvalidClient
from tests.support.client_world import GATEWAY, ClientWorld, assertion, assertion_claims, by_key
from tests.support.jose_keys import b64u, key_for
from tests.support.jose_tokens import json_bytes

ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/ \n"
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=3), max_size=2)


@cache
def accepted(alg: str) -> tuple[ClientWorld, str]:
    world, key = ClientWorld(), key_for(alg)
    world.register(by_key(key))
    text = assertion(key, alg)
    assert world.ask(client_assertion=text).client_id == GATEWAY
    return world, text


def refused(world: ClientWorld, text: str) -> None:
    with pytest.raises(InvalidClient):
        world.ask(client_assertion=text)


@given(st.sampled_from(ALGORITHMS), st.integers(0, 2000), st.text(ALPHABET, max_size=3), st.integers(0, 3))
def test_no_other_text_is_accepted(alg: str, place: int, put: str, taken: int) -> None:
    world, text = accepted(alg)
    place %= len(text)
    changed = text[:place] + put + text[place + taken :]
    assume(changed != text)
    refused(world, changed)


@given(st.sampled_from(ALGORITHMS), st.sampled_from(["iss", "sub", "aud", "exp", "iat", "jti", "nbf", "more"]), VALUES)
def test_no_other_claims_are_accepted_under_the_same_signature(alg: str, name: str, value: object) -> None:
    world, text = accepted(alg)
    claims: JsonObject = {**assertion_claims(), name: value}  # type: ignore[dict-item]
    assume(claims != assertion_claims())
    header, _, signature = text.split(".")
    refused(world, f"{header}.{b64u(json_bytes(claims))}.{signature}")
