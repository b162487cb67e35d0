"""What is explained is what happens: the same request over HTTP comes out the same, for the same reason."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.insight.edits.patch import patched
from federation.insight.explain.explanation import explain
from federation.insight.explain.question import Identity, Question
from federation.insight.explain.steps import Explanation
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.documents import StoredDocument
from federation.model.json import Json
from federation.model.trust import DocumentRef, Kind, Selector
from federation.oauth.identifiers import TokenType
from tests.support.delegation_world import AUDIENCES, URLS, Delegation, alice, claims_of, delegation, planner
from tests.support.exchange_world import BRIDGE, NOW, Bridge, body, reason

JWT = TokenType.JWT.value
POLICIES: dict[str, str] = {
    "none": "",
    "no-mail": 'forbid (principal, action, resource == Audience::"mail");',
    "corp": 'forbid (principal, action, resource in Environment::"prod") unless { context.network.zone == "corp" };',
    "one-scope": '@max_scopes("1") permit (principal, action, resource);',
    "nobody-delegates": 'forbid (principal, action == Action::"delegate", resource);',
    "short": '@max_ttl("45s") permit (principal, action, resource);',
    "proof": '@require_proof("dpop") permit (principal, action, resource);',
    "erring": "forbid (principal, action, resource) when { context.chain.depth + 9223372036854775807 > 1 };",
}
SHORTLY = 60
"""Seconds, for caches to forget."""
KINDS = (Kind.ISSUER, Kind.MAPPING, Kind.AUDIENCE, Kind.POLICY, Kind.ZONE, Kind.CLIENT)

names = st.sampled_from(["alice", "alice", "planner", "tool-1", "impostor", "stranger"])
actors = st.none() | st.sampled_from(["planner", "planner", "tool-1", "impostor", "shared", "alice", "stranger"])
audiences = st.lists(
    st.sampled_from(["tools", "calendar", *sorted(AUDIENCES), "nowhere"]), max_size=2, unique=True
).map(tuple)
scopes = st.sampled_from([None, None, ("cal:read",), ("cal:read", "cal:write"), ("act",), ("mail:send",), ("x",)])
changes = st.sampled_from(
    [{}, {}, {}, {"exp": NOW + 20}, {"exp": NOW - 100}, {"aud": "other"}, {"iss": "https://x.example"}, {"email": 7}]
)
edits = st.sampled_from(
    [
        {},
        alice(enabled=False),
        alice(may_act=[]),
        alice(match={"sub": "al*"}),
        planner(may_act=[]),
        {"kind": "Issuer", "id": "people", "enabled": False},
        {"kind": "Audience", "id": "tools", "enabled": False},
    ]
)


def snapshot_of(world: Bridge) -> Snapshot:
    refs = [DocumentRef(kind, id_) for kind in KINDS for id_ in KNOWN]
    stored: list[StoredDocument] = [one for ref in refs if (one := world.trust.get(ref)) is not None]
    return Snapshot.of_stored(stored)


KNOWN = (
    *("acme", "acme-sync", "risk-engine", "alice", "planner", "impostor", "shared", "corp", "extra"),
    *(f"tool-{number}" for number in range(1, 6)),
    *URLS,
    *AUDIENCES,
)


def write(world: Bridge, document: dict[str, Json]) -> None:
    """Filed where the table has it."""
    match = document.get("match")
    sub = match.get("sub") if isinstance(match, dict) else None
    world.write(document, Selector("sub", sub) if isinstance(sub, str) and "*" not in sub else None)


def edited(world: Delegation, edit: dict[str, Json], policy: str) -> None:
    """Nothing of this is known to a cache yet."""
    world.world.write({"kind": "Zone", "id": "corp", "cidrs": ["192.0.2.0/28"]})
    if edit:
        stored = world.world.trust.get(DocumentRef(Kind(str(edit["kind"])), str(edit["id"])))
        write(world.world, {**(stored.body if stored else {}), **edit})
    if POLICIES[policy]:
        world.world.write({"kind": "Policy", "id": "extra", "cedar": POLICIES[policy]})
    world.world.clock.advance(SHORTLY)


@dataclass(frozen=True)
class Asking:
    """A request, by whom, and what was edited before."""

    name: str
    actor: str | None
    audiences: tuple[str, ...]
    scopes: tuple[str, ...] | None
    claims: dict[str, Json]
    edit: dict[str, Json]
    policy: str
    ip: str
    delegated: bool
    """The subject token is one of ours, for Alice, with the planner acting."""


requests = st.builds(
    Asking,
    names,
    actors,
    audiences,
    scopes,
    changes,
    edits,
    st.sampled_from(sorted(POLICIES)),
    st.sampled_from(["192.0.2.7", "198.51.100.7"]),
    st.booleans(),
)


@settings(deadline=None, max_examples=60)
@given(requests)
def test_an_explanation_agrees_with_the_exchange(asking: Asking) -> None:
    with delegation() as world:
        compare(world, asking)


def compare(world: Delegation, asking: Asking) -> None:
    world.world.source_ip = asking.ip
    subject = world.token(asking.name, **asking.claims)
    if asking.delegated:
        world.write(alice())
        subject = world.exchange(world.token("alice"), world.token("planner"))
    edited(world, asking.edit, asking.policy)
    acting = None if asking.actor is None else world.token(asking.actor)
    scope = None if asking.scopes is None else " ".join(asking.scopes)
    response = world.post(subject, acting, audience=list(asking.audiences) or None, scope=scope)
    question = Question(
        subject=Identity(token=subject),
        now=NOW + SHORTLY,
        actor=None if acting is None else Identity(token=acting),
        audiences=asking.audiences,
        scopes=asking.scopes,
        source_ip=asking.ip,
    )
    snapshot = snapshot_of(world.world)
    explanation = explain(snapshot, question, BRIDGE)
    assert explanation == explain(snapshot, question, BRIDGE)
    if response.status != 200:
        assert explanation.refusal is not None, body(response)
        assert (explanation.refusal.error, explanation.refusal.reason) == (body(response)["error"], reason(response))
        assert explanation.refusal.step == world.world.log.entries[-1]["step"]
    else:
        agrees(explanation, claims_of(str(body(response)["access_token"])))
    holds(snapshot, question, explanation)


def agrees(explanation: Explanation, minted: dict[str, Json]) -> None:
    decided = explanation.decision
    assert decided is not None, explanation.refusal
    assert decided.principal == minted["sub"]
    assert " ".join(decided.scopes) == minted["scope"]
    assert decided.expires_at == minted["exp"]
    assert decided.act == minted.get("act")
    assert decided.client_id == minted["client_id"]
    assert decided.tenant == minted.get("tenant")


def holds(snapshot: Snapshot, question: Question, explanation: Explanation) -> None:
    """What is suggested to admins would allow it."""
    for suggestion in explanation.suggestions:
        if any(edit.kind == "Request" for edit in suggestion.edits):
            continue
        after = snapshot
        for edit in suggestion.edits:
            before = after.body(DocumentRef(Kind(edit.kind), edit.id)) or {}
            after = after.with_body(patched(before, edit.patch))
        assert explain(after, question, BRIDGE).allowed
