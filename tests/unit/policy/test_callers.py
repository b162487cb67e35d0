"""Registered clients: a second ceiling, and whose tokens they may present."""

import pytest
from msgspec.structs import replace

from federation.model.binding import Binding, ProvenKeys
from federation.model.tokens import Caller
from federation.oauth.errors import OAuthError
from federation.oauth.request import ExchangeRequest
from tests.support.policy_world import (
    FOR_ITSELF,
    IMPERSONATE,
    Decisions,
    agent,
    client,
    outcome_of,
    own,
    registered,
    root,
    want,
)
from tests.support.trust_values import NOW, audience, grant, issuer, mapped

NOT_PERMITTED = ("invalid_request", "client_not_permitted")
DPOP = ProvenKeys(dpop="key")


def test_a_client_is_named_in_the_token_and_its_documents_are_checked() -> None:
    decision = Decisions().decide(caller=registered())
    assert (decision.client_id, decision.provenance.client) == ("gateway", "gateway@3")
    assert client().document in decision.documents


def test_a_client_reaches_only_its_own_audiences() -> None:
    world = Decisions((audience(), audience("ledger")))
    who = mapped(grant(), grant("ledger"))
    error = world.refused(want("ledger"), caller=registered(), who=who)
    assert outcome_of(error) == ("invalid_target", "target_not_granted")
    assert world.decide(want("ledger"), who=who).audiences == ("ledger",)


def test_a_client_gets_only_its_own_scopes() -> None:
    narrow = registered(client(scopes=("risk:read",)))
    assert outcome_of(Decisions().refused(want(scopes=("risk:write",)), caller=narrow)) == (
        "invalid_scope",
        "scope_not_granted",
    )
    assert Decisions().decide(want(scopes=("risk:read",)), caller=narrow).scopes == ("risk:read",)


def test_narrowing_a_client_never_allows_more() -> None:
    none = registered(client(scopes=(), audiences=("risk-engine",)))
    assert Decisions().refused(caller=none).error == "invalid_scope"


@pytest.mark.parametrize(("tenant", "fits"), [("acme", True), (None, True), ("globex", False)])
def test_a_client_presents_identities_of_its_own_tenant(tenant: str | None, *, fits: bool) -> None:
    caller = registered(client(tenant=tenant))
    if fits:
        assert Decisions().decide(caller=caller).tenant == "acme"
    else:
        assert outcome_of(Decisions().refused(caller=caller)) == NOT_PERMITTED


def test_a_tenants_client_presents_nobody_who_has_no_tenant() -> None:
    who = replace(root(), issuer=issuer(tenant=None))
    assert outcome_of(Decisions().refused(caller=registered(), who=who)) == NOT_PERMITTED


def test_a_client_without_the_grant_may_not_use_it() -> None:
    caller = registered(client(grants=("client-credentials",)))
    assert outcome_of(Decisions().refused(caller=caller)) == ("unauthorized_client", "grant_not_allowed")


@pytest.mark.parametrize("presenter", [Caller(), registered(client("other"))])
def test_a_token_that_was_issued_to_a_client_is_no_others(presenter: Caller) -> None:
    world, theirs = (
        Decisions(texts={"p": IMPERSONATE}),
        own(client_id="gateway", registered_client="gateway", client_version=1),
    )
    assert outcome_of(world.refused(subject=theirs, caller=presenter)) == NOT_PERMITTED
    assert world.decide(subject=theirs, caller=registered()).scopes == ("risk:read",)
    assert world.decide(subject=theirs, caller=presenter, acting=agent()).act == {"sub": "agent/planner"}
    refused = world.refused(subject=theirs, caller=presenter, acting=agent(), who=root(may_act=()))
    assert outcome_of(refused) == ("invalid_request", "actor_not_permitted")


def test_an_actor_token_that_was_issued_to_a_client_is_no_others() -> None:
    bridge = audience("bridge", resource="https://federation.example.com")
    theirs = agent(own(registered_client="gateway", client_version=1, audiences=("bridge",)))
    world = Decisions((audience(), bridge))
    assert outcome_of(world.refused(acting=theirs)) == NOT_PERMITTED
    assert world.decide(acting=theirs, caller=registered()).client_id == "gateway"


def test_a_client_asks_for_itself() -> None:
    decision = Decisions().for_itself(registered(expires_at=NOW + 200), want_itself(), DPOP)
    assert (decision.principal, decision.client_id, decision.tenant) == ("client/gateway", "gateway", "acme")
    assert (decision.scopes, decision.binding) == (("risk:read",), Binding(jkt="key"))
    assert (decision.transaction, decision.expires_at) == ("c-1", NOW + 200)
    assert [f"{ref.kind}/{ref.id}@{version}" for ref, version in decision.documents] == [
        "Client/gateway@3",
        "Audience/risk-engine@1",
        "PolicySet/policies@0",
    ]
    assert (decision.provenance.issuer, decision.provenance.mapping) == ("(client)", "client:gateway@3")
    assert decision.not_revoked[0].issued_at == NOW


def want_itself(*audiences: str, scopes: tuple[str, ...] | None = ("risk:read",)) -> ExchangeRequest:
    return replace(FOR_ITSELF, audiences=audiences or ("risk-engine",), scopes=scopes)


def refused_itself(caller: Caller, request: ExchangeRequest, proven: ProvenKeys = DPOP) -> tuple[str, str]:
    with pytest.raises(OAuthError) as caught:
        Decisions((audience(), audience("ledger"), audience("theirs", tenant="globex"))).for_itself(
            caller, request, proven
        )
    return outcome_of(caught.value)


def test_a_client_that_asks_for_itself_proves_a_key() -> None:
    assert refused_itself(registered(), want_itself(), ProvenKeys()) == ("invalid_request", "proof_required")
    by_certificate = Decisions().for_itself(registered(), want_itself(), ProvenKeys(certificate="leaf"))
    assert by_certificate.binding == Binding(x5t_s256="leaf")


def test_a_client_gets_no_more_for_itself_than_its_document_says() -> None:
    wide = registered(client(audiences=("risk-engine", "theirs"), scopes=("risk:read", "ledger:read")))
    assert refused_itself(wide, want_itself("ledger"))[0] == "invalid_target"
    assert refused_itself(wide, want_itself("theirs"))[0] == "invalid_target"
    assert refused_itself(wide, want_itself(scopes=("ledger:read",)))[0] == "invalid_scope"
    assert refused_itself(wide, want_itself(scopes=("risk:write",)))[0] == "invalid_scope"
    assert refused_itself(wide, want_itself(scopes=None)) == ("invalid_scope", "scope_required")


def test_who_is_not_registered_or_has_not_the_grant_asks_for_nobody() -> None:
    unauthorized = ("unauthorized_client", "grant_not_allowed")
    assert refused_itself(Caller(), want_itself()) == unauthorized
    assert refused_itself(registered(client(grants=("token-exchange",))), want_itself()) == unauthorized
