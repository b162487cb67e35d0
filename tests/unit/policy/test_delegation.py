"""The chain behind a token: what goes in front, and who may not."""

import pytest
from msgspec.structs import replace

from federation.model.json import JsonObject
from federation.model.tokens import Acting, VerifiedToken
from federation.model.trust import MappedPrincipal
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.policy.delegation import Chain, check_actor_audience, decide_chain
from tests.support.trust_values import audience, issuer, mapping, own_token, verified

AGENT, TOOL = "agent/planner", "tool/calendar"
OURS = "https://federation.example.com"


def subject(act: JsonObject | None = None) -> VerifiedToken:
    return own_token(act=act)


def somebody(principal: str, *may_act: str, tenant: str | None = "acme") -> MappedPrincipal:
    rule = replace(mapping(), id=principal.replace("/", "-"), principal=principal, may_act=may_act)
    return MappedPrincipal(principal, {}, rule, issuer(tenant=tenant))


def acting(principal: str, tenant: str | None = "acme", token: VerifiedToken | None = None) -> Acting:
    return Acting(token or verified(), somebody(principal, tenant=tenant))


def root(*may_act: str, current_actor: MappedPrincipal | None = None) -> MappedPrincipal:
    return replace(somebody("partner/acme/sync", *may_act), current_actor=current_actor)


def decide(
    token: VerifiedToken, mapped_to: MappedPrincipal, actor: Acting | None, *, impersonation: bool = False
) -> Chain:
    return decide_chain(token, mapped_to, actor, impersonation=lambda _tenant: impersonation)


def refused(token: VerifiedToken, mapped_to: MappedPrincipal, actor: Acting | None) -> Reason:
    with pytest.raises(InvalidRequest) as caught:
        decide(token, mapped_to, actor)
    return caught.value.reason


def test_a_foreign_token_without_actor_has_no_chain() -> None:
    assert decide(verified(claims={"sub": "worker", "act": {"sub": "x"}}), root(), None) == Chain("exchange")


def test_the_first_actor_is_the_whole_chain() -> None:
    chain = decide(verified(), root("agent/*"), acting(AGENT))
    assert (chain.action, chain.act, chain.actors) == ("delegate", {"sub": AGENT}, (AGENT,))
    assert chain.current_actor == acting(AGENT).mapped


def test_the_next_actor_goes_in_front_and_what_was_there_is_the_same_object() -> None:
    inner: JsonObject = {"sub": AGENT}
    chain = decide(subject(inner), root(current_actor=somebody(AGENT, "tool/*")), acting(TOOL))
    assert chain.act == {"sub": TOOL, "act": inner}
    assert chain.act["act"] is inner
    assert chain.actors == (TOOL, AGENT)


def test_the_principal_names_the_first_actor_and_the_holder_the_next() -> None:
    assert refused(verified(), root("tool/*"), acting(AGENT)) is Reason.ACTOR_NOT_PERMITTED
    held = root("tool/*", current_actor=somebody(AGENT))
    assert refused(subject({"sub": AGENT}), held, acting(TOOL)) is Reason.ACTOR_NOT_PERMITTED


@pytest.mark.parametrize("tenant", ["acme", None])
def test_an_actor_is_of_the_same_tenant_or_shared(tenant: str | None) -> None:
    assert decide(verified(), root("agent/*"), acting(AGENT, tenant)).actors == (AGENT,)
    assert refused(verified(), root("agent/*"), acting(AGENT, "globex")) is Reason.ACTOR_NOT_PERMITTED


def test_a_tenants_actor_does_not_act_for_who_has_no_tenant() -> None:
    shared = replace(root("agent/*"), issuer=issuer(tenant=None))
    assert refused(verified(), shared, acting(AGENT)) is Reason.ACTOR_NOT_PERMITTED
    assert decide(verified(), shared, acting(AGENT, None)).actors == (AGENT,)


def nested(depth: int) -> JsonObject:
    act: JsonObject = {"sub": "tool/0"}
    for number in range(1, depth):
        act = {"sub": f"tool/{number}", "act": act}
    return act


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_chain_has_up_to_four_actors(depth: int) -> None:
    held = root(current_actor=somebody("tool/x", "tool/*"))
    assert len(decide(subject(nested(depth)), held, acting("tool/next")).actors) == depth + 1
    assert refused(subject(nested(4)), held, acting("tool/next")) is Reason.CHAIN_TOO_LONG


@pytest.mark.parametrize("principal", ["partner/acme/sync", "tool/0", "tool/1", "tool/2"])
def test_nobody_is_in_a_chain_twice(principal: str) -> None:
    held = root(current_actor=somebody("tool/2", "tool/*", "partner/acme/*"))
    assert refused(subject(nested(3)), held, acting(principal)) is Reason.CHAIN_CYCLE


def test_an_actor_for_whom_somebody_acts_is_refused() -> None:
    token = verified(claims={"sub": "worker", "act": {"sub": "x"}})
    assert refused(verified(), root("agent/*"), acting(AGENT, token=token)) is Reason.ACTOR_NOT_PERMITTED


@pytest.mark.parametrize("act", [None, {"sub": AGENT}])
def test_without_actor_our_own_token_is_exchanged_only_where_that_is_allowed_and_keeps_its_chain(
    act: JsonObject | None,
) -> None:
    held = root(current_actor=somebody(AGENT) if act else None)
    assert refused(subject(act), held, None) is Reason.ACTOR_REQUIRED
    chain = decide(subject(act), held, None, impersonation=True)
    assert (chain.action, chain.act, chain.current_actor) == ("impersonate", act, held.current_actor)


def own_actor(*audiences: str) -> Acting:
    return acting(AGENT, token=own_token(audiences=audiences))


def test_our_own_token_proves_an_actor_only_where_it_was_made_for_us() -> None:
    known = (audience("bridge", resource=OURS), audience("risk-engine", resource="https://risk.example.com"))
    check_actor_audience(None, known)
    check_actor_audience(acting(AGENT), known)
    check_actor_audience(own_actor("bridge"), known)
    for elsewhere in (("risk-engine",), ("bridge", "risk-engine"), ("gone",)):
        with pytest.raises(InvalidRequest) as caught:
            check_actor_audience(own_actor(*elsewhere), known)
        assert caught.value.reason is Reason.WRONG_AUDIENCE
