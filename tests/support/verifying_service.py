"""A service beside the bridge, with our verifier."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from federation.oauth.errors import OAuthError
from federation.resource_server.replays import Replays
from federation.resource_server.verifier import Verifier
from tests.support.issued_world import BRIDGE, RISK, IssuedWorld


@dataclass
class Service:
    """A service beside the bridge: it reads public documents, and nothing else."""

    world: IssuedWorld = field(default_factory=IssuedWorld)
    fetched: list[str] = field(default_factory=list)
    down: bool = False
    slow: float = 0.0
    """Seconds that each look takes."""
    max_stale: float = 0.0
    replays: Replays | None = None

    def __post_init__(self) -> None:
        self.world.status.run()
        self.verifier = Verifier(
            BRIDGE,
            RISK,
            fetch=self.fetch,
            max_stale=self.max_stale,
            now=self.world.clock.now,
            background=False,
            replays=self.replays,
        )

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url.removeprefix(BRIDGE))
        self.world.clock.advance(self.slow)
        document = self.world.publisher.documents.get(url.removeprefix(BRIDGE))
        if self.down or document is None:
            raise OSError
        return document.body

    def accepts(self, token: str, **proof: Any) -> Mapping[str, Any]:  # noqa: ANN401  (as the verifier's)
        return self.verifier.verify(token, **proof)

    def refusal(self, token: str, **proof: Any) -> OAuthError:  # noqa: ANN401  (as the verifier's)
        with pytest.raises(OAuthError) as refused:
            self.verifier.verify(token, **proof)
        return refused.value
