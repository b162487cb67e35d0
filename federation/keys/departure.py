"""Waiting until the published set is without a key: the function that publishes does so by itself, within seconds."""

from collections.abc import Callable

from msgspec import Struct

from federation.keys.publication import published_kids
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.metadata import JWKS_PATH
from federation.oauth.reasons import Reason
from federation.ports import Publisher

LOOKS = 32
PAUSE = 0.25
"""Seconds between two looks; all of them are less than the admin's own request may take."""


class Departure(Struct, frozen=True):
    """Looks where verifiers read."""

    publisher: Publisher
    wait: Callable[[float], None]
    """For that many seconds."""

    def __call__(self, kid: str) -> None:
        """Return once the key has left; raises TemporarilyUnavailable, and then it is revoked all the same."""
        for _ in range(LOOKS):
            if kid not in published_kids(self.publisher.get(JWKS_PATH)):
                return
            self.wait(PAUSE)
        raise TemporarilyUnavailable(Reason.KEYS_UNPUBLISHED, f"{kid} is revoked, and not out of the published set yet")
