"""AWS calls per exchange, and how many of them wait for one another (DESIGN section 10)."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from secrets import token_hex

from msgspec import Struct

from benchmarks.trust import IDP
from benchmarks.world import Response, World
from federation.trust.memory import LOOKS

DELAY = 0.1
"""Seconds that every answer is delayed to see which calls overlap."""

PAUSE = 1.1
"""Seconds after which what was leased is lost."""
TRIES = 50


class Measured(Struct, frozen=True):
    """One row."""

    what: str
    status: int
    calls: Counter[str]
    in_sequence: int


def measure(world: World) -> Iterator[Measured]:
    """The rows of the table, the warm exchange first."""
    once = world.aws.token("once", f"{IDP}/once", jti=token_hex(8))
    token = world.aws.token()
    ours = _access_token(world.exchange(token))
    world.exchange(token, world.proof())  # brings the nonce
    world.exchange(token, **world.assertion())
    for what, prepare in (
        ("exchange, warm", lambda: partial(world.exchange, token)),
        ("exchange, warm, bound by DPoP", lambda: partial(world.exchange, token, world.proof())),
        ("exchange, warm, private_key_jwt", lambda: partial(world.exchange, token, **world.assertion())),
        ("exchange, warm, of our own token", lambda: partial(world.exchange, ours)),
    ):
        yield _busy(world, what, prepare)
    time.sleep(PAUSE)
    yield _row(world, "the first after a second without any", lambda: world.exchange(token).status)
    yield from _refused_junk(world, token)
    uncached = world.aws.token("worker-7")
    yield _row(world, "exchange, mapping not cached", lambda: world.exchange(uncached).status)
    yield _row(world, "exchange, single use", lambda: world.exchange(once).status)
    yield _row(world, "refused: replayed", lambda: world.exchange(once).status)
    world.exchange(world.aws.token("nobody"))  # from here on it is known for a while that the issuer has no patterns
    yield _row(world, "refused: no mapping", lambda: world.exchange(world.aws.token("stranger")).status)
    yield _row(world, "refused: audience not granted", lambda: world.exchange(token, audience="ledger").status)
    yield _row(world, "refused: scope too wide", lambda: world.exchange(token, scope="risk:score:write").status)


def _refused_junk(world: World, token: str) -> Iterator[Measured]:
    """Beyond a look a second at whether an edit has made the refusals wrong, which a flood has used up here."""
    stranger = world.aws.token(issuer=f"{IDP}/x")
    for _ in range(LOOKS):
        world.exchange(stranger)
    yield _row(world, "junk: unknown issuer, in a flood", lambda: world.exchange(stranger).status)
    yield _row(world, "junk: bad signature", lambda: world.exchange(token[:-6] + "AAAAAA").status)
    yield _row(world, "junk: no token", lambda: world.exchange("nonsense").status)
    yield _row(world, "junk: no DPoP proof", lambda: world.exchange(token, "a.b.c").status)
    forged = {**world.assertion(), "client_assertion": "a.b.c"}
    yield _row(world, "junk: no client assertion", lambda: world.exchange(token, **forged).status)


def _access_token(response: Response) -> str:
    return str(json.loads(response.body)["access_token"])


def _busy(world: World, what: str, prepare: Callable[[], Callable[[], Response]]) -> Measured:
    """As it is for most of many: what is counted against limits was leased by an earlier one, for a second."""
    for _ in range(TRIES):
        prepare()()
        ready = prepare()
        row = _row(world, what, lambda: ready().status)  # noqa: B023  (called at once)
        if "UpdateItem" not in row.calls:
            break
    return row


def _row(world: World, what: str, exchange: Callable[[], int]) -> Measured:
    aws = world.aws
    aws.delay(int(DELAY * 1000))
    aws.calls()
    started = time.perf_counter()
    status = exchange()
    waited = time.perf_counter() - started
    calls = aws.calls()
    aws.delay(0)
    return Measured(what, status, calls, int(waited / DELAY))
