"""A chain of custody as one picture: who began, every decision, token, child, use and revocation."""

from federation.pictures.custody import custody
from federation.pictures.graph import Graph, Kind, Node
from tests.support.custody_chains import agents_payment, link


def the(drawn: Graph, kind: Kind, title: str) -> Node:
    (node,) = (one for one in drawn.nodes if (one.kind, one.title) == (kind, title))
    return node


def led(drawn: Graph) -> set[tuple[str, str, str]]:
    titles = {node.id: f"{node.kind.value} {node.title}" for node in drawn.nodes}
    return {(titles[edge.source], edge.label, titles[edge.target]) for edge in drawn.edges}


def test_an_agents_payment_is_one_picture() -> None:
    drawn = custody(agents_payment())
    assert "issuer acme version 2" in the(drawn, Kind.IDENTITY, "ann").facts
    assert the(drawn, Kind.TOKEN, "t-3").is_focus
    assert {"acting agent/tool", "acting agent/planner", "revoked"} <= set(the(drawn, Kind.TOKEN, "t-3").facts)
    assert the(drawn, Kind.APPROVAL, "a-1").facts == ("by user/acme/boss",)
    assert "reason wrong payee" in the(drawn, Kind.REVOCATION, "2026-11-30T08:01:00+00:00").facts
    edges = led(drawn)
    decision = "decision 2026-11-30T08:00:00.000+00:00"
    assert {
        ("identity ann", "", decision),
        ("identity tool", "acts", decision),
        ("approval a-1", "allows", decision),
        (decision, "", "token t-3"),
        ("token t-3", "used at", "use payments"),
        ("token t-3", "", decision),
        (decision, "", "token t-4"),
    } <= edges
    assert drawn.note == ""


def test_every_decision_says_by_which_mapping_and_policies() -> None:
    drawn = custody(agents_payment())
    decisions = [node for node in drawn.nodes if node.kind is Kind.DECISION]
    assert len(decisions) == 5
    told = {"mapping acme-people version 3", "policies payments-are-approved"}
    assert all(told <= set(node.facts) for node in decisions)


def test_what_a_revocation_ends_is_void_and_only_the_first_of_it_is_pointed_at() -> None:
    drawn = custody(agents_payment())
    assert {node.title for node in drawn.nodes if node.is_void} == {"t-3", "t-4", "t-5"}
    assert [edge.target for edge in drawn.edges if edge.label == "ends"] == ["token t-3"]


def test_a_token_that_never_left_is_void() -> None:
    drawn = custody({"items": [link("t-1", outcome="discarded", discard_reason="trust_changed")], "complete": True})
    token = the(drawn, Kind.TOKEN, "t-1")
    assert (token.is_void, token.facts[0]) == (True, "outcome discarded trust_changed")


def test_what_is_missing_is_said_and_drawn_as_unknown() -> None:
    drawn = custody({"items": [link("t-2", "t-1"), {"jti": "t-1", "record": None}], "complete": False})
    assert the(drawn, Kind.UNKNOWN, "t-1").facts == ("there is no record of it that you may see",)
    assert "does not lead back" in drawn.note
    cut = custody({"items": [link("t-2", "t-1")], "complete": False, "children_complete": False})
    assert "More tokens" in cut.note
