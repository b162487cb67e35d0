"""What callers do while something breaks, and what must be so afterwards whatever broke (ATTACKS, sections 2 and 3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.faults.process import HANGS
from tests.faults.proxy import Plan
from tests.faults.world import Answered, Asked, World, exchange, foreign, of_token

TYPED = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
"""What a fault may make of an honest request; a request that is refused hears one of these or its refusal."""


LOOKS = 5


class Broken(AssertionError):
    """An invariant does not hold; says which."""


class Spent(Broken):
    """No token left, and what came with the request is used up: giving it back failed as well. It is fail-closed."""

    def __init__(self, answer: Answered, again: Answered) -> None:
        super().__init__(f"nothing was issued and it cannot be repeated: {again.members}")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Flow:
    """`begin`: what comes before, without faults, and the request that the plan is for."""

    name: str
    begin: Callable[[World], Asked]
    judge: Callable[[World, Asked, Answered], None]
    warm: bool = False
    """Whether the process has answered before; otherwise it starts with this request."""

    def run(self, world: World, plan: Plan) -> Answered:
        """One run; raises Broken."""
        world.start_anew()
        asked = self.begin(world)
        if not self.warm:
            world.start_anew()
        answer = world.ask(asked, plan)
        _typed(answer)
        try:
            self.judge(world, asked, answer)
        except Spent:
            if world.ask(self.begin(world)).status != 200:
                raise Broken("a fresh request is not answered either") from None
            raise
        return answer


def _typed(answer: Answered) -> None:
    """An answer of ours: an error has its name and says when to come again where that helps."""
    if answer.seconds > HANGS:
        raise Broken("it hangs")
    if answer.status != 200 and not isinstance(answer.members.get("error"), str):
        raise Broken(f"{answer.status} without an error's name")
    if answer.status == 503 and not int(answer.headers.get("retry-after", 0)):
        raise Broken("503 without Retry-After")


def issues_once(world: World, asked: Asked, answer: Answered) -> None:
    """A token has its one record and spent what came with it; without a token nothing is spent."""
    if answer.status == 200:
        _one_record(world, answer)
        again = world.ask(asked)
        if again.status == 200:
            raise Broken("one-time things bought two tokens")
        return
    if answer.members["error"] not in TYPED:
        raise Broken(f"an honest request was refused: {answer.members}")
    again = world.ask(asked)
    if again.status != 200:
        raise Spent(answer, again)
    _one_record(world, again)


def _one_record(world: World, answer: Answered) -> None:
    if (outcome := world.outcome(_jti(world, answer))) != "allow":
        raise Broken(f"a token left, and its record says {outcome or 'nothing'}")


def _jti(world: World, answer: Answered) -> str:
    """As introspection tells it: an opaque token says nothing."""
    text = str(answer.members["access_token"])
    asked = (world.ask(of_token("/introspect", text)) for _ in range(LOOKS))
    told = next((one for one in asked if one.status == 200), None)  # a busy machine may not answer at once
    if told is None:
        raise Broken("introspection never answers")
    if told.members.get("active") is not True:
        raise Broken(f"the token that left is not active: {told.members}")
    return str(told.members["jti"])


def never_issues(_: World, __: Asked, answer: Answered) -> None:
    """No fault turns a refusal into a grant."""
    if answer.status == 200:
        raise Broken("a refusal became a grant")


def says_the_truth(_: World, __: Asked, answer: Answered) -> None:
    """Of a good token: that it is active, or that it cannot be told."""
    if answer.status == 200 and answer.members["active"] is not True:
        raise Broken("a good token was called inactive")
    if answer.status != 200 and answer.members["error"] not in TYPED:
        raise Broken(f"an honest question was refused: {answer.members}")


def never_active(_: World, __: Asked, answer: Answered) -> None:
    """Of a revoked token: never that it is active."""
    if answer.status == 200 and answer.members != {"active": False}:
        raise Broken("a revoked token was called active")


def ends(world: World, asked: Asked, answer: Answered) -> None:
    """Who is told that a token is revoked can rely on it; who is not can ask again."""
    text = dict(asked.form)["token"]
    if answer.status != 200:
        if answer.members["error"] not in TYPED:
            raise Broken(f"an honest revocation was refused: {answer.members}")
        again = world.ask(of_token("/revoke", text))
        if again.status != 200:
            raise Broken(f"it cannot be repeated: {again.members}")
    never_active(world, asked, world.ask(of_token("/introspect", text)))


def _issued(world: World, **wanted: Any) -> str:  # noqa: ANN401 (of an exchange)
    return str(world.ask(exchange(**wanted)).members["access_token"])


def _spent(world: World) -> Asked:
    asked = exchange()
    if world.ask(asked).status != 200:
        raise Broken("the world is not sound")
    return Asked(asked.path, asked.form)


def _revoked(world: World) -> str:
    text = _issued(world, client=True)
    if world.ask(of_token("/revoke", text)).status != 200:
        raise Broken("the world is not sound")
    return text


def _forged(_: World) -> Asked:
    header, payload, signature = foreign().split(".")
    return exchange(f"{header}.{payload}.{signature[:-8]}AAAAAAAA")


def _approved(world: World) -> Asked:
    world.ask(exchange(audience="payments"))
    world.approve()
    return exchange(audience="payments")


def _warm(world: World) -> Asked:
    _issued(world)
    return exchange()


def _withdrawn(world: World) -> Asked:
    """Its mapping was ended a moment ago; a process that has answered before still remembers it."""
    world.enable(enabled=True)
    _issued(world, subject=foreign(sub="withdrawn"))
    world.enable(enabled=False)
    return exchange(foreign(sub="withdrawn"))


FLOWS: Mapping[str, Flow] = {
    flow.name: flow
    for flow in (
        Flow("exchange", lambda _: exchange(), issues_once),
        Flow("exchange, warm", _warm, issues_once, warm=True),
        Flow("client and DPoP", lambda _: exchange(dpop=True, client=True), issues_once),
        Flow("opaque token", lambda _: exchange(audience="ledger"), issues_once),
        Flow("approved once", _approved, issues_once),
        Flow("spent before", _spent, never_issues),
        Flow("forged", _forged, never_issues),
        Flow("mapping withdrawn, warm", _withdrawn, never_issues, warm=True),
        Flow("not approved", lambda _: exchange(audience="payments"), never_issues),
        Flow("introspect", lambda world: of_token("/introspect", _issued(world)), says_the_truth),
        Flow("introspect a revoked one", lambda world: of_token("/introspect", _revoked(world)), never_active),
        Flow("revoke", lambda world: of_token("/revoke", _issued(world, client=True)), ends),
    )
}
