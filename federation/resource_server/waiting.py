"""Doing what needs documents of the bridge, by a thread or by a task: all who lack one wait for one flight."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.resource_server.fetch import TIMEOUT
from federation.resource_server.published import NotHeld

LONGEST = 2 * TIMEOUT + 1
"""Seconds: a list may have to wait for the keys that its signature takes."""
_ROUNDS = 16
"""Looks. Keys, newer keys and a list are three; what came may be old again for a thread that had to wait."""

T = TypeVar("T")


def settle(attempt: Callable[[], T]) -> T:
    """What the attempt comes to; raises what it raises, or TemporarilyUnavailable if a document does not come."""
    end: float | None = None
    for _ in range(_ROUNDS):
        try:
            return attempt()
        except NotHeld as missing:
            flight = missing.flight
        end = end or monotonic() + LONGEST
        try:
            flight.result(end - monotonic())
        except TimeoutError:
            break
    raise TemporarilyUnavailable(Reason.STATUS_UNAVAILABLE)


async def settle_async(attempt: Callable[[], T]) -> T:
    """The same without keeping the event loop from anything else."""
    end: float | None = None
    for _ in range(_ROUNDS):
        try:
            return attempt()
        except NotHeld as missing:
            flight = missing.flight
        end = end or monotonic() + LONGEST
        try:
            await asyncio.wait_for(asyncio.wrap_future(flight), end - monotonic())
        except TimeoutError:
            break
    raise TemporarilyUnavailable(Reason.STATUS_UNAVAILABLE)
