"""One of our own tokens without an actor: only a permit that names the action lets that through."""

import pytest

from tests.support.policy_world import Decisions, agent, outcome_of, own, root, want

NAMED = 'permit (principal, action == Action::"impersonate", resource);'
ACTOR_REQUIRED = ("invalid_request", "actor_required")


@pytest.mark.parametrize(
    "cedar",
    [
        NAMED,
        'permit (principal, action in [Action::"exchange", Action::"impersonate"], resource);',
        'permit (principal, action in Action::"impersonate", resource);',
        'permit (principal == Principal::"partner/acme/sync", action == Action::"impersonate", resource);',
    ],
)
def test_a_permit_whose_head_names_the_action_permits_it(cedar: str) -> None:
    decision = Decisions(texts={"p": cedar}).decide(subject=own())
    assert (decision.principal, decision.client_id, decision.act) == ("partner/acme/sync", "partner/acme/sync", None)
    assert decision.policies == ("default", "p")


@pytest.mark.parametrize(
    "cedar",
    [
        "permit (principal, action, resource);",
        'permit (principal, action, resource) when { action == Action::"impersonate" };',
        'permit (principal, action, resource) unless { action == Action::"exchange" };',
        'permit (principal, action in [Action::"exchange", Action::"delegate"], resource);',
        'permit (principal == Principal::"somebody", action == Action::"impersonate", resource);',
        'forbid (principal, action == Action::"impersonate", resource);',
        'permit (principal, action == Action::"impersonate", resource) when { context has actor };',
        f'{NAMED} forbid (principal, action, resource == Audience::"risk-engine");',
        f'{NAMED} forbid (principal, action, resource) when {{ context.claims.getTag("absent") == "x" }};',
    ],
)
def test_nothing_else_permits_it(cedar: str) -> None:
    assert outcome_of(Decisions(texts={"p": cedar}).refused(subject=own())) == ACTOR_REQUIRED


def test_what_permits_everything_still_binds_by_its_obligations() -> None:
    """Or leaving the actor out would yield more than naming it."""
    short = '@max_ttl("60s") permit (principal, action, resource);'
    world = Decisions(texts={"named": NAMED, "short": short})
    assert world.decide(subject=own()).lifetime == 60
    assert world.decide(subject=own(), acting=agent()).lifetime == 60


def test_whoever_acts_goes_on_acting() -> None:
    act = {"sub": "agent/planner"}
    held = Decisions(texts={"p": NAMED}).decide(subject=own(act=act, current_actor="planner"), who=root())
    assert (held.act, held.client_id) == (act, "agent/planner")


def test_it_only_narrows_like_everything_else() -> None:
    world = Decisions(texts={"p": NAMED})
    assert world.refused(want(scopes=("risk:write",)), subject=own()).error == "invalid_scope"


def test_a_foreign_token_is_never_impersonation() -> None:
    forbid = 'forbid (principal, action == Action::"impersonate", resource);'
    assert Decisions(texts={"p": forbid}).decide().act is None
