"""Identities of callers in tests: a fresh foreign token whenever one is asked for."""

from dataclasses import dataclass, field

from federation.client.identity import Subject
from tests.support.bridge_server import Bridge


@dataclass
class Workload:
    """A workload of the test bridge's own issuers."""

    bridge: Bridge
    who: str = "partner"
    name: str = "workload"
    asked: list[str] = field(default_factory=list)

    def subject(self, audience: str) -> Subject:
        self.asked.append(audience)
        return Subject(self.bridge.token(self.who))
