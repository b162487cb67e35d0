"""What policies want approved: asked once, honoured to the second, used as often as it was given."""

from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from federation.model.approval import ApprovalState, StoredApproval
from federation.model.authorization import Link, TokenTerms
from federation.model.one_time import OneTimeUse
from federation.model.trust import DetailType
from federation.oauth.errors import AuthorizationPending
from tests.support.fake_approvals import FakeApprovals
from tests.support.fake_clock import FixedClock
from tests.support.policy_world import Decisions, agent, client, details, outcome_of, own, registered, root, want
from tests.support.trust_values import NOW, audience, grant, issuer

ASK = '@require_approval("money moves") permit (principal, action, resource);'
PENDING = ("authorization_pending", "approval_pending")


@dataclass
class World:
    texts: dict[str, str] = field(default_factory=lambda: {"ask": ASK})
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def __post_init__(self) -> None:
        self.approvals = FakeApprovals(self.clock)

    @property
    def decisions(self) -> Decisions:
        return Decisions(texts=self.texts, approvals=self.approvals, at=self.clock.now())

    def asked(self) -> StoredApproval:
        (stored,) = self.approvals.kept.values()
        return stored

    def answer(self, state: ApprovalState, lasting: int = 200, uses: int = 2) -> None:
        stored, by = self.asked(), "person/grace"
        self.approvals.decide(
            replace(
                stored,
                state=state,
                version=stored.version + 1,
                expires_at=int(self.clock.now()) + lasting,
                decided_by=by,
                uses=uses,
            )
        )

    def approved(self, lasting: int = 200) -> TokenTerms:
        self.decisions.refused()
        self.answer(ApprovalState.APPROVED, lasting)
        return self.decisions.decide()


def test_the_first_request_asks_and_the_next_ones_wait() -> None:
    world = World()
    first, second = world.decisions.refused(), world.decisions.refused()
    assert isinstance(first, AuthorizationPending)
    assert outcome_of(first) == outcome_of(second) == PENDING
    assert first.members == {"approval_id": world.asked().request.id, "interval": 5}
    assert world.asked().request.purposes == ("money moves",)
    assert world.asked().version == world.approvals.kept[world.asked().request.id].version


def test_what_is_asked_says_who_wants_what() -> None:
    world = World()
    world.decisions.refused(want(scopes=("risk:write", "risk:read")), acting=agent(), caller=registered())
    request = world.asked().request
    assert (request.principal, request.tenant, request.actors) == ("partner/acme/sync", "acme", ("agent/planner",))
    assert (request.audiences, request.scopes) == (("risk-engine",), ("risk:read", "risk:write"))
    assert request.client_id == "gateway"


def test_an_approval_lets_the_same_request_through() -> None:
    decision = World().approved()
    assert decision.approval is not None
    assert decision.expires_at == NOW + 200
    assert decision.one_time == (OneTimeUse("approval", (decision.approval, str(NOW * 1000 + 1)), NOW + 200, 2),)


def test_a_denial_is_final_until_it_expires() -> None:
    world = World()
    world.decisions.refused()
    world.answer(ApprovalState.DENIED)
    assert outcome_of(world.decisions.refused()) == ("access_denied", "approval_denied")
    world.clock.advance(200)
    assert outcome_of(world.decisions.refused()) == PENDING


def test_expiry_is_honoured_to_the_second() -> None:
    world = World()
    world.approved(lasting=100)
    world.clock.advance(70)
    assert world.decisions.decide().expires_at == NOW + 100
    world.clock.advance(29)
    assert world.decisions.decide().expires_at == NOW + 100
    world.clock.advance(1)
    assert outcome_of(world.decisions.refused()) == PENDING


def test_a_stored_approval_counts_for_nothing_beyond_its_time_whatever_the_store_says() -> None:
    world = World()
    world.approved()
    late = Decisions(texts=world.texts, approvals=world.approvals, at=NOW + 200)
    assert outcome_of(late.refused()) == PENDING


def test_the_same_request_has_the_same_id_and_any_other_has_another() -> None:
    world = World()
    every: list[dict[str, Any]] = [
        {},
        {"request": want(scopes=("risk:write",))},
        {"request": want(scopes=("risk:read", "risk:write"))},
        {"caller": registered()},
        {"caller": registered(client("other"))},
        {"acting": agent()},
        {"acting": agent(issuer_id="others")},
        {"who": replace(root(), principal="partner/acme/other")},
        {"who": replace(root(), issuer=issuer(document_id="acme-2"))},
        {"who": replace(root(), issuer=issuer(tenant=None))},
    ]
    for changes in every:
        world.decisions.refused(**changes)
    world.decisions.refused(want(scopes=("risk:write", "risk:read")))
    assert len(world.approvals.kept) == len(every)


def test_what_would_be_refused_anyway_asks_nobody() -> None:
    world = World({"ask": '@require_approval("x") @require_proof("dpop") permit (principal, action, resource);'})
    assert world.decisions.refused().reason.value == "proof_required"
    world.texts = {"ask": '@require_approval("x") @max_scopes("1") permit (principal, action, resource);'}
    assert world.decisions.refused(want(scopes=("risk:read", "risk:write"))).reason.value == "too_many_scopes"
    world.texts = {"ask": ASK, "no": "forbid (principal, action, resource);"}
    assert world.decisions.refused().reason.value == "policy_denied"
    assert world.approvals.kept == {}


NOT_TODAY = "forbid (principal, action, resource) unless { context has approval };"


def test_what_is_forbidden_unless_approved_can_be_approved() -> None:
    world = World({"ask": ASK, "weekend": NOT_TODAY})
    assert outcome_of(world.decisions.refused()) == PENDING
    world.answer(ApprovalState.APPROVED)
    assert world.decisions.decide().policies == ("ask", "default")


def test_where_no_policy_says_what_to_approve_nobody_is_asked() -> None:
    world = World({"weekend": NOT_TODAY})
    assert world.decisions.refused().reason.value == "policy_denied"
    assert world.approvals.kept == {}


def test_policies_see_who_approved() -> None:
    forbid = (
        'forbid (principal, action, resource) when { context has approval && context.approval.by like "person/*" };'
    )
    world = World({"ask": ASK, "no": forbid})
    world.decisions.refused()
    world.answer(ApprovalState.APPROVED)
    assert world.decisions.refused().reason.value == "policy_denied"


def test_an_approval_that_brings_up_another_is_none() -> None:
    more = '@require_approval("more") permit (principal, action, resource) when { context has approval };'
    world = World({"ask": ASK, "more": more})
    world.decisions.refused()
    world.answer(ApprovalState.APPROVED)
    assert world.decisions.refused().reason.value == "approval_required"


def test_obligations_hold_for_what_was_approved_too() -> None:
    world = World({"ask": '@require_approval("x") @max_ttl("60s") permit (principal, action, resource);'})
    assert world.approved().expires_at == NOW + 60


def test_without_anybody_to_ask_it_is_a_refusal() -> None:
    assert outcome_of(Decisions(texts={"ask": ASK}).refused()) == ("invalid_request", "approval_required")


def test_a_store_that_cannot_be_reached_approves_nothing() -> None:
    world = World()
    world.approvals.failing = True
    assert world.decisions.refused().error == "temporarily_unavailable"


def test_our_own_tokens_are_asked_about_as_well() -> None:
    world = World()
    assert outcome_of(world.decisions.refused(subject=own())) == ("invalid_request", "actor_required")
    assert world.approvals.kept == {}
    assert outcome_of(world.decisions.refused(subject=own(), acting=agent())) == PENDING


def test_what_is_asked_names_every_client_through_whose_hands_the_tokens_went() -> None:
    world = World()
    behind = (Link("root", "portal", "m", "acme"),)
    subject = own(client_id="gateway", chain=behind)
    acting = agent(own(client_id="runner", principal="agent/planner", audiences=()))
    world.decisions.refused(subject=subject, acting=acting)
    assert world.asked().request.through == ("portal", "gateway", "runner")
    world.decisions.refused(subject=own(client_id="gateway"), acting=acting)
    assert len(world.approvals.kept) == 2


def test_who_acted_before_and_what_for_are_part_of_what_is_asked() -> None:
    """One agent, for the same person and scopes, but handed on by another, or for another purpose."""
    call = DetailType("tool_call", {"purpose": ("refund", "report")}, ("purpose",))
    known = (replace(audience(), authorization_details=(call,)),)
    who = root(replace(grant(), authorization_details=("tool_call",)))
    world = World()
    decisions = Decisions(known, texts=world.texts, approvals=world.approvals)
    for purpose in ("refund", "report"):
        decisions.refused(details({"type": "tool_call", "purpose": purpose}), who=who)
    for before in ("tool/1", "tool/2"):
        current_actor = replace(root(may_act=("agent/*",)), principal=before)
        decisions.refused(
            subject=own(act={"sub": before}, current_actor="tool"),
            who=replace(who, current_actor=current_actor),
            acting=agent(),
        )
    assert len(world.approvals.kept) == 4
    assert sorted(one.request.actors for one in world.approvals.kept.values()) == [
        *((), ()),
        ("agent/planner", "tool/1"),
        ("agent/planner", "tool/2"),
    ]


def test_it_names_who_stands_behind_it_and_is_for_nobody_else() -> None:
    """Two people whom one mapping makes the same principal ask for two approvals."""
    world, ids = World(), set[str]()
    for person in ("first", "second"):
        world.decisions.refused(who=replace(root(), identity=person))
    for stored in world.approvals.kept.values():
        ids |= {*stored.request.subjects}
    assert ids == {"acme:first", "acme:second"}
