"""One rulebook: decision, plan, whocan, explain and the checks of documents give one answer to what may be had."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.documents.source import InvalidDocuments, SourceDocument
from federation.documents.validate import validate
from federation.insight.effects.static import granted_by
from federation.insight.explain.decision import Decisions
from federation.insight.explain.explanation import told
from federation.insight.explain.question import Identity, Question
from federation.insight.snapshot.snapshot import Snapshot
from federation.insight.whocan.reach import who_can
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind
from tests.support.admin_trust import AUDIENCE, BRIDGE, CLAIMS, ISSUER, MAPPING, NOW
from tests.support.jose_keys import rsa_key

MEMBERS = st.sampled_from([None, None, "acme", "globex"])
ENVIRONMENT = st.sampled_from([None, "dev", "prod"])
SCOPES = st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2, unique=True)
ENABLED = st.sampled_from([True, True, True, False])
KEYS = {"keys": [rsa_key().jwk()]}


def with_members(body: JsonObject, **members: object) -> dict[str, Any]:
    """`members`: None takes one away."""
    return {name: value for name, value in {**body, **members}.items() if value is not None}


@st.composite
def documents(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A partner's documents in any state, most of which grant nothing."""
    environments = draw(st.sampled_from([None, None, ["dev"], ["dev", "prod"]]))
    grant = {"audience": draw(st.sampled_from(["risk-engine", "risk-engine", "elsewhere"])), "scopes": draw(SCOPES)}
    engine = {"tenant": draw(MEMBERS), "environment": draw(ENVIRONMENT), "scopes": draw(SCOPES)}
    return [
        with_members(ISSUER, tenant=draw(MEMBERS), environments=environments, enabled=draw(ENABLED)),
        with_members(AUDIENCE, **engine, enabled=draw(ENABLED)),
        with_members(AUDIENCE, id="elsewhere", resource=None, tenant=None, scopes=["a", "b"]),
        with_members(MAPPING, grants=[grant], enabled=draw(ENABLED)),
        {
            "kind": "Client",
            "id": "gateway",
            "auth": {"method": "private_key_jwt", "jwks": KEYS},
            **with_members({}, tenant=draw(MEMBERS), scopes=draw(SCOPES), enabled=draw(ENABLED)),
            "audiences": draw(st.sampled_from([["risk-engine"], ["elsewhere"]])),
        },
    ]


def complained(bodies: list[dict[str, Any]]) -> bool:
    """Whether the checks say of the mapping's grant that it cannot be had."""
    try:
        found = list(validate(SourceDocument("trust", body) for body in bodies if body["kind"] != "Client").warnings)
    except InvalidDocuments as error:
        found = list(error.problems)
    return any(problem.pointer.startswith("/grants/0") for problem in found)


@settings(max_examples=400, deadline=None)
@given(documents(), st.sampled_from(["a", "b"]), st.booleans())
def test_decision_plan_whocan_explain_and_checks_agree(
    bodies: list[dict[str, Any]], scope: str, by_client: bool
) -> None:
    snapshot, client = Snapshot.of_bodies(bodies), "gateway" if by_client else None
    subject = Identity(CLAIMS, issuer="acme")
    question = Question(subject, NOW, audiences=("risk-engine",), scopes=(scope,), client=client)
    trail = Decisions(snapshot, BRIDGE).decide(question)
    facts: Any = told(trail, snapshot).step("scopes").facts
    ways = who_can(snapshot, "risk-engine", scope)
    rights = granted_by(snapshot, DocumentRef(Kind.MAPPING, "acme-sync"))
    planned = any((right.audience, right.scope) == ("risk-engine", scope) for right in rights)

    assert trail.allowed == (any("gateway" in way.clients for way in ways) if by_client else bool(ways))
    assert planned == bool(ways)
    for explained in facts.get("ceilings", ()):
        assert trail.allowed == (scope in explained["ceiling"])
    everything_enabled = all(body.get("enabled", True) for body in bodies)
    granted = bodies[3]["grants"][0]
    if not by_client and everything_enabled and granted["audience"] == "risk-engine" and scope in granted["scopes"]:
        if not complained(bodies):
            assert trail.allowed
        if trail.allowed and granted["scopes"] == [scope]:
            assert not complained(bodies)


@settings(max_examples=200, deadline=None)
@given(documents(), st.sampled_from(["a", "b"]))
def test_a_client_that_asks_for_itself_has_one_ceiling_too(bodies: list[dict[str, Any]], scope: str) -> None:
    bodies[4]["grants"] = ["client-credentials"]
    snapshot = Snapshot.of_bodies(bodies)
    question = Question(None, NOW, audiences=("risk-engine",), scopes=(scope,), client="gateway", proof="dpop")
    rights = granted_by(snapshot, DocumentRef(Kind.CLIENT, "gateway"))
    planned = any((right.audience, right.scope) == ("risk-engine", scope) for right in rights)
    assert Decisions(snapshot, BRIDGE).decide(question).allowed == planned
