"""Authorization details (RFC 9396): granted by type, checked by member, only ever narrowed."""

from typing import Any

import pytest
from msgspec.structs import replace

from federation.model.json import Json, JsonObject
from federation.model.trust import Audience, DetailType, Grant
from federation.policy.details import by_path
from tests.support.policy_world import Decisions, agent, details, outcome_of, own, root, want
from tests.support.trust_values import audience, grant

CALL = DetailType("tool_call", {"purpose": ("refund", "report"), "ticket": (), "tools": ("a", "b")}, ("purpose",))
NOT_GRANTED = ("invalid_authorization_details", "details_not_granted")
INVALID = ("invalid_authorization_details", "details_invalid")
REFUND: JsonObject = {"type": "tool_call", "purpose": "refund"}


def api(name: str = "risk-engine", *types: DetailType) -> Audience:
    made = audience(name, resource=f"https://{name}.example.com")
    return replace(made, authorization_details=types or (CALL,))


def granting(name: str = "risk-engine", *types: str) -> Grant:
    return replace(grant(name), authorization_details=types or ("tool_call",))


KNOWN = (api(), api("ledger"), replace(api("plain"), authorization_details=()))
WHO = root(granting(), granting("ledger"), granting("plain"))


def decided(*asked: JsonObject, **changes: Any) -> tuple[JsonObject, ...]:  # noqa: ANN401  (as `decide` takes)
    return Decisions(KNOWN).decide(details(*asked), who=WHO, **changes).authorization_details


def refusal(*asked: JsonObject, **changes: Any) -> tuple[str, str]:  # noqa: ANN401  (as above)
    return outcome_of(Decisions(KNOWN).refused(details(*asked), **{"who": WHO, **changes}))


@pytest.mark.parametrize(
    "members",
    [
        {"purpose": "refund"},
        {"purpose": ["refund", "report"]},
        {"purpose": "report", "ticket": "T-1 of today", "tools": ["b"]},
        {"purpose": "refund", "locations": ["https://risk-engine.example.com"]},
        {"purpose": "refund", "ticket": "x" * 128},
    ],
)
def test_what_is_granted_and_well_formed_goes_into_the_token_as_it_is(members: dict[str, Json]) -> None:
    asked: JsonObject = {"type": "tool_call", **members}
    assert decided(asked) == (asked,)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"ticket": "T-1"},
        {"purpose": "delete"},
        {"purpose": ["refund", "delete"]},
        {"purpose": []},
        {"purpose": ""},
        {"purpose": [""]},
        {"purpose": None},
        {"purpose": 1},
        {"purpose": ["refund", 1]},
        {"purpose": {"refund": "refund"}},
        {"purpose": "refund", "amount": "1"},
        {"purpose": "refund", "ticket": "x" * 129},
        {"purpose": "refund", "ticket": "a\nb"},
        {"purpose": "refund", "ticket": ["x"] * 33},
        {"purpose": "refund", "locations": "https://risk-engine.example.com/", "actions": "x"},
    ],
)
def test_a_member_that_the_type_does_not_allow_refuses_all(members: dict[str, Json]) -> None:
    assert refusal(REFUND, {"type": "tool_call", **members}) == INVALID


def test_an_unknown_type_and_one_that_is_not_granted_look_the_same() -> None:
    other = api("risk-engine", CALL, DetailType("other", {}))
    unknown = Decisions((api(),)).refused(details({"type": "other"}), who=root(granting()))
    forbidden = Decisions((other,)).refused(details({"type": "other"}), who=root(granting()))
    assert outcome_of(unknown) == outcome_of(forbidden) == NOT_GRANTED
    assert unknown.description == forbidden.description


def test_a_detail_must_be_granted_at_every_target() -> None:
    both, one = want("risk-engine", "ledger", authorization_details=(REFUND,)), want("risk-engine", "plain")
    assert Decisions(KNOWN).decide(both, who=WHO).authorization_details == (REFUND,)
    assert outcome_of(Decisions(KNOWN).refused(replace(one, authorization_details=(REFUND,)), who=WHO)) == NOT_GRANTED


@pytest.mark.parametrize("locations", [["https://ledger.example.com"], "https://elsewhere.example.com", ["x"]])
def test_locations_name_targets_of_this_token(locations: Json) -> None:
    assert refusal({**REFUND, "locations": locations}) == NOT_GRANTED


WIDE: JsonObject = {"type": "tool_call", "purpose": ["refund", "report"], "tools": ["a", "b"]}


def from_ours(*had: JsonObject) -> dict[str, Any]:
    return {"subject": own(authorization_details=had), "acting": agent()}


def test_our_own_token_keeps_its_details_where_the_request_names_none() -> None:
    assert decided(**from_ours(WIDE, REFUND)) == (WIDE, REFUND)
    assert decided(**from_ours()) == ()


@pytest.mark.parametrize(
    "narrower",
    [
        WIDE,
        {**WIDE, "purpose": "refund"},
        {**WIDE, "purpose": ["report"], "tools": "a"},
    ],
)
def test_our_own_tokens_details_can_be_narrowed(narrower: JsonObject) -> None:
    assert decided(narrower, **from_ours(WIDE)) == (narrower,)


@pytest.mark.parametrize(
    "wider",
    [
        {"type": "tool_call", "purpose": ["refund", "report"]},
        {**WIDE, "ticket": "T-1"},
        {**WIDE, "locations": ["https://risk-engine.example.com"]},
    ],
)
def test_a_member_of_our_own_tokens_details_is_neither_dropped_nor_added(wider: JsonObject) -> None:
    assert refusal(wider, **from_ours(WIDE)) == NOT_GRANTED


def test_our_own_token_gains_no_details() -> None:
    assert refusal(REFUND, **from_ours()) == NOT_GRANTED
    assert refusal({**REFUND, "purpose": "report"}, **from_ours(REFUND)) == NOT_GRANTED
    assert refusal(REFUND, {**REFUND, "purpose": "report"}, **from_ours(REFUND)) == NOT_GRANTED


def test_details_do_not_slip_to_a_target_that_does_not_grant_them() -> None:
    """Nobody named them: they come with the token."""
    kept = Decisions(KNOWN).refused(want("plain"), who=WHO, **from_ours(REFUND))
    assert outcome_of(kept) == NOT_GRANTED


ONLY_REFUNDS = """
forbid (principal, action, resource) when { context.authorization_details.types.contains("tool_call") }
unless {
  context.authorization_details.hasTag("tool_call.purpose") &&
  ["refund"].containsAll(context.authorization_details.getTag("tool_call.purpose"))
};
"""


@pytest.mark.parametrize(
    ("asked", "permitted"),
    [
        ((), True),
        ((REFUND,), True),
        (({**REFUND, "purpose": ["refund"]},), True),
        (({**REFUND, "purpose": "report"},), False),
        (({**REFUND, "purpose": ["refund", "report"]},), False),
        ((REFUND, {**REFUND, "purpose": "report"}), False),
        ((REFUND, {"type": "tool_call"}), False),
        (({"type": "tool_call"},), False),
    ],
)
def test_a_policy_permits_one_purpose_alone(asked: tuple[JsonObject, ...], *, permitted: bool) -> None:
    lax = replace(CALL, required=())
    world = Decisions((api("risk-engine", lax),), {"p": ONLY_REFUNDS})
    if permitted:
        assert world.decide(details(*asked), who=WHO).authorization_details == asked
    else:
        assert world.refused(details(*asked), who=WHO).reason.value == "policy_denied"


def test_by_path_a_member_that_one_detail_lacks_has_an_empty_text_among_its_values() -> None:
    assert by_path([REFUND, {"type": "tool_call", "tools": ["b", "a"]}, {"type": "x"}]) == {
        "tool_call": {"purpose": ["", "refund"], "tools": ["", "a", "b"]},
        "x": {},
    }
