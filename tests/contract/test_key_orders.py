"""KeyOrders: directly, and by the function that rotates."""

from dataclasses import dataclass, field

import pytest

from federation.aws.key_orders import InvokedKeyOrders
from federation.keys.orders import answer, read_order
from federation.model.keys import KeyRefusal, KeyRefused
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import KeyOrders
from tests.support.fake_lambda import FakeLambda
from tests.support.key_world import KeyWorld


@dataclass
class Ordered:
    """`invoked`: whether a function stands in between."""

    invoked: bool
    world: KeyWorld = field(default_factory=lambda: KeyWorld().started())

    @property
    def orders(self) -> KeyOrders:
        rotation = self.world.rotation()
        return InvokedKeyOrders(self.function, "rotate") if self.invoked else rotation

    @property
    def function(self) -> FakeLambda:
        return FakeLambda(self._handle)

    def _handle(self, event: object) -> object:
        order = read_order(event, "invocation-1")
        return None if order is None else answer(self.world.rotation(), order)


@pytest.fixture(params=[False, True], ids=["direct", "invoked"])
def ordered(request: pytest.FixtureRequest) -> Ordered:
    return Ordered(request.param)


def test_a_rotation_holds_when_it_returns(ordered: Ordered) -> None:
    standby = ordered.world.standby.kid
    ordered.orders.carry_out(ordered.world.order("order-1"))
    assert ordered.world.active.kid == standby
    (change,) = ordered.world.keys.changes
    assert (change.order, change.by, change.why) == ("order-1", "admin/ada", "because")


def test_so_does_a_revocation(ordered: Ordered) -> None:
    revoked = ordered.world.active.kid
    ordered.orders.carry_out(ordered.world.order("order-1", revoked))
    assert not ordered.world.keys.holds(revoked)


def test_what_is_refused_is_refused_the_same_way(ordered: Ordered) -> None:
    with pytest.raises(KeyRefused, match="nobody") as refused:
        ordered.orders.carry_out(ordered.world.order("order-1", "nobody"))
    assert refused.value.refusal is KeyRefusal.UNKNOWN


def test_an_order_is_carried_out_once(ordered: Ordered) -> None:
    for _ in range(2):
        ordered.orders.carry_out(ordered.world.order("order-1"))
    assert len(ordered.world.keys.changes) == 1


def test_a_function_that_failed_may_have_done_it_so_the_caller_comes_again() -> None:
    function = FakeLambda(lambda event: event)
    function.fault = "Unhandled"
    with pytest.raises(TemporarilyUnavailable):
        InvokedKeyOrders(function, "rotate").carry_out(KeyWorld().order("order-1"))


@pytest.mark.parametrize(
    "answered", [None, [], {}, {"refused": "no such refusal", "explained": ""}, {"refused": "last"}]
)
def test_an_answer_that_the_function_never_gives_is_no_answer(answered: object) -> None:
    with pytest.raises(TemporarilyUnavailable):
        InvokedKeyOrders(FakeLambda(lambda _: answered), "rotate").carry_out(KeyWorld().order("order-1"))
