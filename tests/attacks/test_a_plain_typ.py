"""A16: an Audience may ask for tokens of `typ: JWT`, for a cloud that refuses `at+jwt`. The bridge accepts none."""

from collections.abc import Iterator

import jwt
import pytest

from federation.model.trust import Selector
from federation.oauth.identifiers import PLAIN_JWT, TokenType
from tests.support.attacked_bridge import Attacked, attacked
from tests.support.exchange_world import AUDIENCE, MAPPING, subject_token
from tests.support.issued_world import IssuedWorld, body

INACTIVE = {"active": False}
SLOTS = [TokenType.JWT, TokenType.ACCESS_TOKEN, TokenType.ID_TOKEN]


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    """Whoever is granted the cloud may act for others too, and be impersonated."""
    with attacked() as made:
        made.let_impersonate()
        cloud = {**AUDIENCE, "id": "cloud", "resource": "https://cloud.example.com", "token_typ": PLAIN_JWT}
        made.world.write(cloud)
        grants = [*MAPPING["grants"], {"audience": "cloud", "scopes": ["risk:read"]}]  # type: ignore[misc]
        made.world.write({**MAPPING, "grants": grants, "may_act": ["*/*/*"]}, Selector("sub", "worker"))
        yield made


def plain(bridge: Attacked) -> str:
    token = bridge.token(bridge.foreign(), audience="cloud")
    assert jwt.get_unverified_header(token)["typ"] == "JWT"
    return token


@pytest.mark.parametrize("declared", SLOTS)
def test_A16_a_token_of_ours_of_typ_JWT_is_no_subject(bridge: Attacked, declared: TokenType) -> None:
    token = plain(bridge)
    bridge.refused_unsigned(
        lambda: bridge.post(token, subject_token_type=declared.value), "invalid_request", "wrong_token_typ"
    )


@pytest.mark.parametrize("declared", SLOTS)
def test_A16_a_token_of_ours_of_typ_JWT_is_no_actor(bridge: Attacked, declared: TokenType) -> None:
    actor = {"actor_token": plain(bridge), "actor_token_type": declared.value}
    bridge.refused_unsigned(lambda: bridge.post(subject_token(), **actor), "invalid_request", "wrong_token_typ")


def test_A16_a_token_of_ours_of_typ_JWT_is_inactive() -> None:
    issued = IssuedWorld()
    usual = issued.token()
    claims = jwt.decode(usual, options={"verify_signature": False})
    assert issued.active(usual)
    assert body(issued.introspect(issued.sign(claims, PLAIN_JWT))) == INACTIVE
