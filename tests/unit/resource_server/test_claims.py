from typing import Any

import pytest

from federation.oauth.errors import InsufficientScope, InvalidToken
from federation.oauth.reasons import Reason
from federation.resource_server.claims import Claims
from federation.resource_server.requirement import Requirement

NOW = 1_800_000_000
SAID: dict[str, Any] = {
    "sub": "user/acme/7",
    "client_id": "gateway",
    "scope": "calendar:read calendar:write",
    "jti": "j-1",
    "txn": "t-1",
    "iat": NOW - 30,
    "exp": NOW + 270,
    "tenant": "acme",
    "env": "prod",
    "ctx": {"team": "billing"},
    "act": {"sub": "service/tool", "act": {"sub": "agent/planner"}},
    "authorization_details": [{"type": "tool_call", "tool": "search", "purpose": "plan"}],
}


def claims(**changes: Any) -> Claims:  # noqa: ANN401
    return Claims({name: value for name, value in (SAID | changes).items() if value is not None}, NOW)


def test_claims_are_known_by_name_and_as_they_came() -> None:
    token = claims()
    assert (token.principal, token.client, token.tenant, token.environment) == (
        "user/acme/7",
        "gateway",
        "acme",
        "prod",
    )
    assert (token.actor, token.actor_chain) == ("service/tool", ("service/tool", "agent/planner"))
    assert (token.jti, token.txn, token.attributes) == ("j-1", "t-1", {"team": "billing"})
    assert token.scopes == {"calendar:read", "calendar:write"}
    assert dict(token) == SAID
    assert "sub" in token
    assert len(token) == len(SAID)


def test_what_is_not_said_is_none_or_empty() -> None:
    token = claims(act=None, tenant=None, env=None, ctx=None, txn=None, authorization_details=None)
    assert (token.actor, token.actor_chain, token.tenant, token.environment, token.txn) == (None, (), None, None, None)
    assert (token.attributes, token.details, token.is_bound) == ({}, (), False)


@pytest.mark.parametrize(
    "wanted",
    [
        {"scope": "calendar:read"},
        {"scope": "calendar:write calendar:read"},
        {"actor": "service/tool"},
        {"tenant": "acme"},
        {"max_age": 30},
        {"detail": {"type": "tool_call", "tool": "search"}},
    ],
)
def test_what_is_required_and_there_lets_in(wanted: dict[str, Any]) -> None:
    assert claims().require(**wanted).jti == "j-1"


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"scope": "calendar"}, Reason.MISSING_SCOPE),
        ({"scope": "calendar:read calendar:delete"}, Reason.MISSING_SCOPE),
        ({"actor": "agent/planner"}, Reason.WRONG_ACTOR),
        ({"actor": None}, Reason.WRONG_ACTOR),
        ({"tenant": "other"}, Reason.OUTSIDE_TENANT),
        ({"tenant": None}, Reason.OUTSIDE_TENANT),
        ({"detail": {"type": "tool_call", "tool": "book"}}, Reason.MISSING_DETAIL),
        ({"detail": {"type": "payment"}}, Reason.MISSING_DETAIL),
    ],
)
def test_a_token_for_something_else_is_403(wanted: dict[str, Any], reason: Reason) -> None:
    with pytest.raises(InsufficientScope) as refused:
        claims().require(**wanted)
    assert (refused.value.reason, refused.value.http_status) == (reason, 403)


def test_an_old_token_is_401_so_that_a_new_one_is_fetched() -> None:
    with pytest.raises(InvalidToken) as refused:
        claims().require(max_age=29)
    assert (refused.value.reason, refused.value.http_status) == (Reason.TOKEN_TOO_OLD, 401)


@pytest.mark.parametrize(
    "nothing",
    [
        {"scope": ""},
        {"scope": " "},
        {"detail": {}},
        {"max_age": 0},
        {"max_age": float("nan")},
        {"actor": ""},
        {"tenant": ""},
    ],
)
def test_an_empty_requirement_is_a_mistake_when_it_is_written_and_switches_nothing_off(nothing: dict[str, Any]) -> None:
    for where in (claims().require, Requirement):
        with pytest.raises(ValueError, match=r".+"):
            where(**nothing)


@pytest.mark.parametrize("wrong", [{"scop": "calendar:read"}, {"scope": ["calendar:read"]}, {"max_age": "5m"}])
def test_a_requirement_of_another_form_is_a_mistake_when_it_is_written(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Requirement(**wrong)


def test_a_setting_that_is_missing_requires_that_there_is_none() -> None:
    token = claims(tenant=None, act=None)
    assert token.require(tenant=None, actor=None) is token
