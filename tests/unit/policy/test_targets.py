"""Environments, formats, and grants that trim."""

import pytest
from msgspec.structs import replace

from federation.model.trust import Audience
from federation.oauth.identifiers import TokenType
from tests.support.policy_world import Decisions, agent, client, outcome_of, own, registered, root, want
from tests.support.trust_values import NOW, audience, grant, issuer, verified

OUT_OF_REACH = ("invalid_target", "target_not_granted")
DEV = replace(issuer(), environments=("dev", "test"))


@pytest.mark.parametrize(("environment", "reached"), [("dev", True), ("test", True), ("prod", False), (None, False)])
def test_an_issuer_of_some_environments_reaches_no_other(environment: str | None, *, reached: bool) -> None:
    world, who = Decisions((audience(environment=environment),)), replace(root(), issuer=DEV)
    if reached:
        assert world.decide(who=who).environment == environment
    else:
        assert outcome_of(world.refused(who=who)) == OUT_OF_REACH


def test_nobody_whom_such_an_issuer_vouches_for_acts_elsewhere() -> None:
    actor = agent()
    foreign = replace(actor, mapped=replace(actor.mapped, issuer=DEV))
    assert outcome_of(Decisions().refused(acting=foreign)) == OUT_OF_REACH
    tool = replace(root(principal="tool/1"), issuer=DEV)
    token = own(act={"sub": "tool/1"}, current_actor="tool-1")
    held = replace(root(), current_actor=tool)
    assert outcome_of(Decisions().refused(subject=token, who=held, acting=agent())) == OUT_OF_REACH


def test_an_issuer_that_names_no_environment_at_all_reaches_nothing() -> None:
    assert (
        outcome_of(Decisions().refused(who=replace(root(), issuer=replace(issuer(), environments=())))) == OUT_OF_REACH
    )


OPAQUE, JWT = audience(token_format="opaque"), audience("ledger")
BOTH = root(grant(), grant("ledger"))


def test_a_target_may_want_references() -> None:
    assert Decisions((OPAQUE,)).decide().opaque
    assert not Decisions().decide().opaque


@pytest.mark.parametrize("known", [(OPAQUE, JWT)])
def test_targets_of_two_formats_take_no_token_together(known: tuple[Audience, ...]) -> None:
    error = Decisions(known).refused(want("risk-engine", "ledger"), who=BOTH)
    assert outcome_of(error) == ("invalid_target", "target_unsupported")


def test_whoever_wants_a_jwt_gets_no_reference() -> None:
    error = Decisions((OPAQUE,)).refused(want(requested_token_type=TokenType.JWT))
    assert outcome_of(error) == ("invalid_request", "unsupported_requested_token_type")


PLAIN = audience("ledger", token_typ="JWT")


def test_a_target_may_want_a_plain_typ() -> None:
    assert Decisions((replace(PLAIN, id="risk-engine"),)).decide().typ == "JWT"
    assert Decisions().decide().typ == "at+jwt"


@pytest.mark.parametrize("typ", ["JWT", "", "jwt", "dpop+jwt"])
def test_targets_of_two_typs_or_of_an_unknown_one_take_no_token(typ: str) -> None:
    known = (audience(), replace(PLAIN, token_typ=typ))
    error = Decisions(known).refused(want("risk-engine", "ledger"), who=BOTH)
    assert outcome_of(error) == ("invalid_target", "target_unsupported")


TRIM = replace(grant(scopes=("risk:read", "risk:write", "risk:extra")), trim=True)


def test_a_grant_that_trims_leaves_out_what_is_above_the_ceilings() -> None:
    asked = want(scopes=("risk:write", "risk:admin", "risk:read", "risk:extra"))
    assert Decisions().decide(asked, who=root(TRIM)).scopes == ("risk:write", "risk:read")
    narrow = registered(client(scopes=("risk:read",)))
    assert Decisions().decide(asked, who=root(TRIM), caller=narrow).scopes == ("risk:read",)


def test_nothing_left_is_a_refusal() -> None:
    error = Decisions().refused(want(scopes=("risk:admin", "risk:extra")), who=root(TRIM))
    assert outcome_of(error) == ("invalid_scope", "scope_not_granted")


def test_one_target_that_does_not_trim_refuses_for_all() -> None:
    who = root(TRIM, grant("ledger"))
    for scopes in (("risk:admin",), ("risk:read", "risk:admin")):
        error = Decisions((audience(), JWT)).refused(want("risk-engine", "ledger", scopes=scopes), who=who)
        assert outcome_of(error) == ("invalid_scope", "scope_not_granted")


def test_targets_with_different_defaults_have_none_together() -> None:
    who = root(grant(default_scopes=("risk:read",)), grant("ledger", default_scopes=("risk:write",)))
    world = Decisions((audience(), JWT))
    assert outcome_of(world.refused(want("risk-engine", "ledger"), who=who)) == ("invalid_scope", "scope_required")
    assert world.decide(want("risk-engine", "ledger", scopes=("risk:write",)), who=who).scopes == ("risk:write",)


def test_a_resource_of_two_audiences_names_neither() -> None:
    """No write lets that through; a store could hold it all the same."""
    twice = (audience(resource="https://risk.example.com"), audience("ledger", resource="https://risk.example.com"))
    both = root(grant(), grant("ledger"))
    asked = want(resources=("https://risk.example.com",), audiences=())
    assert outcome_of(Decisions(twice).refused(asked, who=both)) == OUT_OF_REACH
    assert Decisions(twice[:1]).decide(asked, who=both).audiences == ("risk-engine",)


def test_no_obligation_lets_a_token_live_beyond_an_hour() -> None:
    """An annotation may name more, and then takes nothing away."""
    texts = {"long": '@max_ttl("2h") permit (principal, action, resource);'}
    long = Decisions((audience(max_ttl=90_000),), texts=texts)
    who = root(grant(max_ttl=90_000))
    assert long.decide(who=who, subject=verified(expires_at=NOW + 90_000)).lifetime == 3600


def test_trimming_never_gives_our_own_token_more() -> None:
    asked = want(scopes=("risk:read", "risk:write"))
    error = Decisions().refused(asked, who=root(TRIM), subject=own(scopes=("risk:read",)), acting=agent())
    assert outcome_of(error) == ("invalid_scope", "scope_not_granted")
