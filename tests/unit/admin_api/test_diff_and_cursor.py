"""Diffs say every place that differs and no other; cursors mean what they were made of."""

from base64 import urlsafe_b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.admin_api.cursor import PERIOD, Cursors
from federation.admin_api.diff import diff
from federation.admin_api.guard import Admin
from federation.admin_api.refusals import AdminRefusal
from tests.support.fake_clock import FixedClock
from tests.support.fake_nonce_secrets import FakeNonceSecrets

GLOBAL, ACME = ADMINS = Admin("admin/alice", frozenset()), Admin("admin/tina", frozenset(), "acme")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=2), JSON, max_size=4)


@given(OBJECTS)
def test_what_is_the_same_differs_nowhere(value: dict[str, Any]) -> None:
    assert diff(value, value) == []


@given(OBJECTS, OBJECTS)
def test_what_differs_differs_somewhere(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert bool(diff(one, other)) == (repr(_sorted(one)) != repr(_sorted(other)))


def test_places_are_json_pointers() -> None:
    before: dict[str, Any] = {"a/b": [1, {"x~y": True}], "gone": 1, "same": [1, 2]}
    after: dict[str, Any] = {"a/b": [1, {"x~y": 1}], "new": None, "same": [1, 2]}
    assert diff(before, after) == [
        {"path": "/a~1b/1/x~0y", "before": True, "after": 1},
        {"path": "/gone", "before": 1},
        {"path": "/new", "after": None},
    ]


@given(st.text(max_size=40).filter(lambda text: text.isprintable()), st.text(max_size=63))
def test_a_cursor_is_what_it_was_made_of_in_its_own_list_alone(of: str, after: str) -> None:
    cursors = Cursors(FakeNonceSecrets(), FixedClock())
    made = cursors.make(of, after, GLOBAL)
    assert cursors.read(of, made, GLOBAL) == after
    for list_, admin in ((of + "x", GLOBAL), (of, ACME)):
        with pytest.raises(AdminRefusal):
            cursors.read(list_, made, admin)


@given(st.binary(max_size=80))
def test_any_bytes_are_no_cursor(raw: bytes) -> None:
    with pytest.raises(AdminRefusal):
        Cursors(FakeNonceSecrets(), FixedClock()).read("list", raw.decode("latin-1"), GLOBAL)


def test_a_cursor_says_nothing_of_what_it_was_made_of_and_no_two_are_sealed_alike() -> None:
    cursors = Cursors(FakeNonceSecrets(), FixedClock())
    made = {cursors.make(of, after, admin) for of in "ab" for after in ("globex-1", "globex-2") for admin in ADMINS}
    raw = [urlsafe_b64decode(one + "=" * (-len(one) % 4)) for one in made]
    assert len({one[:12] for one in raw}) == len(raw) == 8
    assert not any(b"globex" in one for one in raw)


def test_a_cursor_is_good_for_an_hour_at_least_and_for_two_at_most() -> None:
    clock = FixedClock(10 * PERIOD + PERIOD - 1)
    cursors = Cursors(FakeNonceSecrets(), clock)
    made = cursors.make("list", "id", GLOBAL)
    clock.advance(PERIOD)
    assert cursors.read("list", made, GLOBAL) == "id"
    clock.advance(1)
    with pytest.raises(AdminRefusal):
        cursors.read("list", made, GLOBAL)


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value
