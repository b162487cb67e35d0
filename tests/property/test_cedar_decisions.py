"""What holds for every set of policies and every request (ATTACKS invariants 9, 10, 28)."""

import re
from contextlib import suppress
from random import Random

from cedarpy import is_authorized
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from federation.model.json import Json, JsonObject
from federation.model.policy import (
    Approval,
    Circumstances,
    Decision,
    DecisionRequest,
    Network,
    Obligations,
    Party,
    Place,
    Policy,
    RegisteredClient,
    Risk,
    strictest,
)
from federation.oauth.errors import TemporarilyUnavailable
from federation.policy.cedar.compile import compile_policy
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.mentions import Mentions
from federation.policy.cedar.problem import PolicyProblem
from federation.policy.cedar.question import question
from federation.policy.cedar.schema import policy_schema
from federation.policy.cedar.slices import PolicySlices

PRINCIPALS = ["", 'principal == Principal::"p/1"', 'principal in Tenant::"acme"', "principal is Principal"]
RESOURCES = ["", 'resource == Audience::"api"', 'resource in Environment::"prod"', 'resource in Tenant::"acme"']
ACTIONS = [
    "",
    'action == Action::"exchange"',
    'action == Action::"delegate"',
    'action == Action::"impersonate"',
    'action in [Action::"exchange", Action::"impersonate"]',
]
DETAILS = "context.authorization_details"
CONDITIONS = [
    "true",
    "false",
    'context.network.zone == "corp"',
    'context.claims.hasTag("ref") && context.claims.getTag("ref") == "main"',
    'context.claims.lists.hasTag("groups") && context.claims.lists.getTag("groups").contains("a")',
    'principal.hasTag("team") && principal.getTag("team") like "a*"',
    'context has client && context.client in Tenant::"acme"',
    "context has actor",
    "context.risk.principal > 50",
    "context has approval",
    'context.token_age > duration("1m")',
    "resource has tenant && principal in resource.tenant",
    f'{DETAILS}.types.contains("call")',
    f'{DETAILS}.hasTag("call.for") && {DETAILS}.getTag("call.for").contains("x")',
]
ERRING = ["9223372036854775807 + context.weekday > 0"]
OBLIGATIONS = ["", '@max_ttl("60s") ', '@max_ttl("5m") @require_proof("dpop") ', '@max_scopes("2") ']


def _policy(effect: str, head: tuple[str, str, str], kind: str, condition: str, obligation: str) -> str:
    parts = ", ".join(part or name for part, name in zip(head, ("principal", "action", "resource"), strict=True))
    return f"{obligation if effect == 'permit' else ''}{effect} ({parts}) {kind} {{ {condition} }};"


heads = st.tuples(st.sampled_from(PRINCIPALS), st.sampled_from(ACTIONS), st.sampled_from(RESOURCES))
kinds, obligations = st.sampled_from(["when", "unless"]), st.sampled_from(OBLIGATIONS)
sound = st.sampled_from(CONDITIONS)
permits = st.builds(_policy, st.just("permit"), heads, kinds, sound, obligations)
forbids = st.builds(_policy, st.just("forbid"), heads, kinds, sound, obligations)
broken = st.builds(_policy, st.sampled_from(["permit", "forbid"]), heads, kinds, st.sampled_from(ERRING), obligations)
tenants = st.sampled_from([None, "acme", "other"])
texts = st.lists(permits | forbids, max_size=6)
any_texts = st.lists(permits | forbids | broken, max_size=6)

names = st.sampled_from(["p/1", "p/2"])
parties = st.builds(Party, names, st.just("i"), tenants, st.dictionaries(st.just("team"), st.sampled_from(["a1", "b"])))
values: st.SearchStrategy[Json] = st.sampled_from(["main", "x", None, 1, True, ["a"], ["b", 2], {"a": "b"}])
details: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {"type": st.sampled_from(["call", "pay"])}, optional={"for": st.sampled_from(["x", ["x", "y"]]), "id": st.just("1")}
)
circumstances = st.builds(
    Circumstances,
    st.builds(Network, st.sampled_from(["203.0.113.7", "::1"]), st.sampled_from([None, "corp"])),
    now=st.integers(0, 2**33),
    token_age=st.integers(-60, 7200),
    scopes=st.lists(st.sampled_from("abc"), unique=True).map(tuple),
    client=st.none() | st.builds(RegisteredClient, st.just("c"), tenants),
    actor=st.none() | parties,
    risk=st.builds(Risk, st.integers(0, 100), st.integers(0, 100)),
    approval=st.none() | st.just(Approval("1", "person/ada")),
    claims=st.dictionaries(st.sampled_from(["ref", "groups", "other"]), values),
    authorization_details=st.lists(details, max_size=2).map(tuple),
)
places = st.builds(Place, st.sampled_from(["api", "other"]), st.sampled_from([None, "prod", "dev"]), tenants)
actions = st.sampled_from(["exchange", "delegate", "impersonate"])
requests = st.builds(DecisionRequest, parties, actions, places, circumstances)


def documents(texts: list[str]) -> tuple[Policy, ...]:
    return tuple(Policy(f"doc-{number}", 1, text) for number, text in enumerate(texts))


def decide(policies: tuple[Policy, ...], request: DecisionRequest) -> Decision:
    return CedarEngine().decide(request, PolicySlices(policies))


@given(texts, forbids | broken, requests)
def test_adding_a_prohibition_never_allows(texts: list[str], added: str, request: DecisionRequest) -> None:
    if not decide(documents(texts), request).allowed:
        assert not decide((*documents(texts), Policy("added", 1, added)), request).allowed


@given(texts, permits, requests)
def test_taking_a_permission_away_never_allows(texts: list[str], more: str, request: DecisionRequest) -> None:
    if not decide((*documents(texts), Policy("more", 1, more)), request).allowed:
        assert not decide(documents(texts), request).allowed


@given(texts, permits, requests)
def test_another_permission_never_loosens_an_obligation(texts: list[str], more: str, request: DecisionRequest) -> None:
    before = decide(documents(texts), request)
    after = decide((*documents(texts), Policy("more", 1, more)), request)
    if before.allowed:
        assert strictest(before.obligations, after.obligations) == after.obligations


@given(any_texts, requests, st.randoms(use_true_random=False))
def test_the_order_of_policies_does_not_matter(texts: list[str], request: DecisionRequest, random: Random) -> None:
    shuffled = list(documents(texts))
    random.shuffle(shuffled)
    assert decide(tuple(shuffled), request) == decide(documents(texts), request)


@given(texts, broken, requests)
def test_an_error_denies_whatever_else_there_is(texts: list[str], erring: str, request: DecisionRequest) -> None:
    decision = decide((*documents(texts), Policy("erring", 1, erring)), request)
    assert not (decision.allowed and decision.problem)
    if decision.problem:
        assert decision.determined_by == ("erring",)
        assert decision.obligations == Obligations()


@given(any_texts, requests)
def test_slicing_changes_no_decision(texts: list[str], request: DecisionRequest) -> None:
    """Heads written as conditions cannot be sliced by."""
    unsliced = documents([_as_condition(text) for text in texts])
    sliced, whole = decide(documents(texts), request), decide(unsliced, request)
    assert (sliced.allowed, sliced.determined_by, sliced.obligations) == (
        *(whole.allowed, whole.determined_by, whole.obligations),
    )


CONTEXT = [
    *("scopes", "client", "actor", "chain", "network", "now", "weekday"),
    *("token_age", "proof", "attestation", "risk", "approval", "claims", "authorization_details"),
]
EVERYTHING = Mentions(frozenset(CONTEXT), any_tag=True, entities=True)


@given(any_texts, requests)
def test_what_is_left_out_of_a_question_changes_no_answer(texts: list[str], request: DecisionRequest) -> None:
    """And with everything in it, a question has the form that policies are checked against."""
    slices = PolicySlices(documents(texts))
    applicable, asked = slices.slice_for(request.principal, request.audience), question(request, EVERYTHING)
    whole = is_authorized(asked.request, applicable.handle, asked.entities, policy_schema())
    decision = CedarEngine().decide(request, slices)
    assert bool(decision.problem) is bool(whole.diagnostics.errors)
    if not decision.problem and (request.action != "impersonate" or not whole.allowed or decision.allowed):
        documents_ = {applicable.rules[reason].document for reason in whole.diagnostics.reasons}
        assert (decision.allowed, set(decision.determined_by)) == (whole.allowed, documents_)


def _names_impersonation(text: str) -> bool:
    return text.partition("permit")[1] != "" and 'Action::"impersonate"' in text


@given(any_texts, requests)
def test_without_a_permit_that_names_it_nobody_is_impersonated(texts: list[str], request: DecisionRequest) -> None:
    others = documents([text for text in texts if not _names_impersonation(text)])
    assert not decide(others, replace(request, action="impersonate")).allowed


NAMED = 'permit (principal, action == Action::"impersonate", resource);'


@given(texts, requests)
def test_leaving_the_actor_out_sheds_no_obligation_of_what_permits_everything(
    texts: list[str], request: DecisionRequest
) -> None:
    """Of policies that do not look at the action, at least."""
    broad = documents([text for text in texts if "action ==" not in text and "action in" not in text])
    named = Policy("named", 1, NAMED)
    context = replace(request.context, actor=None)
    acting = decide(broad, replace(request, action="delegate", context=context))
    left_out = decide((*broad, named), replace(request, action="impersonate", context=context))
    if left_out.allowed:
        assert strictest(acting.obligations, left_out.obligations) == left_out.obligations


def _as_condition(text: str) -> str:
    return re.sub(r"(permit|forbid) \(([^)]*)\)", _head_as_condition, text)


def _head_as_condition(head: re.Match[str]) -> str:
    """The action stays: a permit that names `impersonate` says so in its head."""
    principal, action, resource = re.split(r", (?=action|resource)", head[2])
    pinned = [part for part in (principal, resource) if " " in part]
    return f"{head[1]} (principal, {action}, resource) when {{ {' && '.join(pinned) or 'true'} }}"


@given(texts, texts, requests, st.sampled_from(["other", "third"]))
def test_a_tenants_policies_decide_nothing_about_another(
    ours: list[str], theirs: list[str], request: DecisionRequest, tenant: str
) -> None:
    asked = replace(request, principal=replace(request.principal, tenant="acme"))
    foreign = tuple(Policy(f"theirs-{number}", 1, text, tenant) for number, text in enumerate(theirs))
    assert decide((*documents(ours), *foreign), asked) == decide(documents(ours), asked)


anything = st.text(st.characters(), max_size=60)
fragments = st.lists(
    st.sampled_from(
        [
            *(
                "permit",
                "forbid",
                "(",
                ")",
                "{",
                "}",
                "[",
                "]",
                ";",
                ",",
                "when",
                "unless",
                "if",
                "then",
                "else",
                "==",
                "&&",
            ),
            *("principal", "action", "resource", "context", ".", "::", '"a"', "1", "!", "-", "has", "like", "in", "is"),
            *("Audience", "@max_ttl", "//", "\n", '"', "\\", "?principal", "true", "getTag", "ip", "claims"),
        ]
    )
).map(" ".join)


@given(anything | fragments | any_texts.map(" ".join))
def test_every_text_is_a_policy_or_a_problem_with_a_place(text: str) -> None:
    problem = _problem(text)
    if problem is not None:
        assert 1 <= problem.line <= text.count("\n") + 1
        assert problem.column >= 1
        assert problem.message


def _problem(text: str) -> PolicyProblem | None:
    try:
        compile_policy("p", text)
    except PolicyProblem as problem:
        return problem
    return None


@given(anything | fragments)
def test_every_stored_text_is_read_or_is_unavailable(text: str) -> None:
    with suppress(TemporarilyUnavailable):
        assert PolicySlices((Policy("p", 1, text),)).slice_for(Party("p", "i"), Place("a"))
