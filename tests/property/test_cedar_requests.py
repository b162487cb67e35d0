"""Whatever is put to the policies, there is an answer."""

from hypothesis import given
from hypothesis import strategies as st

from federation.model.json import Json
from federation.model.policy import (
    Approval,
    Circumstances,
    DecisionRequest,
    Network,
    Party,
    Place,
    RegisteredClient,
    Risk,
)
from tests.support.policy_requests import decide
from tests.support.policy_world import IMPERSONATE

anything = st.text(st.characters(), max_size=60)
wild_json: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
)
wild_parties = st.builds(Party, anything, anything, st.none() | anything, st.dictionaries(anything, anything))
wild_requests = st.builds(
    DecisionRequest,
    wild_parties,
    st.sampled_from(["exchange", "delegate", "impersonate"]),
    st.builds(Place, anything, st.none() | anything, st.none() | anything),
    st.builds(
        Circumstances,
        st.builds(Network, anything | st.ip_addresses().map(str), st.none() | anything),
        now=st.integers(),
        token_age=st.integers(),
        scopes=st.lists(anything).map(tuple),
        client=st.none() | st.builds(RegisteredClient, anything, st.none() | anything),
        actor=st.none() | wild_parties,
        chain=st.lists(anything).map(tuple),
        risk=st.builds(Risk, st.integers(), st.integers()),
        approval=st.none() | st.builds(Approval, anything, anything),
        claims=st.dictionaries(anything, wild_json),
        attestation=st.dictionaries(anything, wild_json),
        authorization_details=st.lists(
            st.builds(
                lambda kind, members: {**members, "type": kind}, anything, st.dictionaries(anything, st.lists(anything))
            )
        ).map(tuple),
    ),
)
COMPUTED = "forbid (principal, action, resource) when { context.claims.hasTag(principal.name) && false };"


@given(wild_requests)
def test_every_request_has_an_answer(request: DecisionRequest) -> None:
    """A policy that computes a name makes every claim and attribute go in."""
    decision = decide({"computed": COMPUTED, "named": IMPERSONATE}, request)
    assert decision.allowed is not bool(decision.problem)
