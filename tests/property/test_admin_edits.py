"""Invariant 23: whatever admins do in whatever order, history is what they did, without a gap."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.model.trust import DocumentRef, Kind
from tests.support.admin_world import AdminWorld

ACTIONS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(["a", "b", "c"]), st.integers(-1, 1)),
    st.tuples(st.just("delete"), st.just(""), st.integers(-1, 1)),
    st.tuples(st.just("restore"), st.integers(1, 6), st.integers(-1, 1)),
    st.tuples(st.just("apply"), st.sampled_from(["a", "b", "gone"]), st.just(0)),
)


class Model:
    """What the document should be: every version's text, None for a deletion."""

    id = "office"

    def __init__(self) -> None:
        self.world = AdminWorld()
        self.versions: list[str | None] = []

    @property
    def current(self) -> str | None:
        return self.versions[-1] if self.versions else None

    def wanted(self, off: int) -> tuple[dict[str, str], bool]:
        """A precondition that is right, or off by so much; and whether it is right."""
        version = len(self.versions) if self.current is not None else 0
        named = version + off
        return ({"if_match": f'"{named}"'} if named > 0 else {"if_none_match": "*"}), (max(named, 0) == version)

    def write(self, text: str | None) -> None:
        if text != self.current:
            self.versions.append(text)

    def document(self, text: str) -> dict[str, Any]:
        return {"kind": "Zone", "id": self.id, "cidrs": ["192.0.2.0/24"], "description": text}


def act(model: Model, action: tuple[str, Any, int]) -> None:
    """Do it over the API and in the model, and see that both agree on whether it may be done."""
    verb, argument, off = action
    headers, right = model.wanted(off)
    path = f"/zones/{model.id}"
    if verb == "put":
        answer = model.world.call("PUT", path, model.document(argument), **headers)
        assert (answer.status in (200, 201)) == right, answer.body
        model.write(argument) if right else None
    elif verb == "delete":
        answer = model.world.call("DELETE", path, **headers)
        there = model.current is not None
        assert (answer.status == 204) == (right and there), answer.body
        model.write(None) if right and there else None
    elif verb == "restore":
        answer = model.world.call("POST", f"/history{path}/restore", {"version": argument}, **headers)
        known = argument <= len(model.versions) and model.versions[argument - 1] is not None
        assert (answer.status == 200) == (right and known), answer.body
        model.write(model.versions[argument - 1]) if right and known else None
    else:
        sent = {"deletions": [{"kind": "Zone", "id": model.id}]} if argument == "gone" else None
        body = sent or {"documents": [model.document(argument)]}
        assert model.world.call("POST", "/apply", body).status == 200
        model.write(None if argument == "gone" else argument)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTIONS, max_size=12))
def test_history_is_what_was_done_and_every_precondition_counts(actions: list[tuple[str, Any, int]]) -> None:
    model = Model()
    for action in actions:
        act(model, action)
    past = model.world.trust.history(DocumentRef(Kind.ZONE, model.id), None, 100)
    assert [one.version for one in past] == list(range(len(model.versions), 0, -1))
    assert [one.body and one.body["description"] for one in reversed(past)] == model.versions
