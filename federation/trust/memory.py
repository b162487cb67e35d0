"""Everything that a process remembers of trust, and how it learns that it is mistaken."""

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from typing import Protocol

from federation.model.risk import RiskKey, RiskScore
from federation.trust.risks import KnownRisks


class Forgetful(Protocol):
    """Something that keeps documents close at hand."""

    def forget(self) -> None:
        """Read again when it is next asked for."""
        ...


@dataclass(frozen=True, slots=True)
class TrustMemory:
    """Documents and keys in caches, and risk scores."""

    caches: tuple[Forgetful, ...]
    risks: KnownRisks

    def renew(self, *, moved: bool, risks: ReadOnly[RiskKey, RiskScore | None]) -> None:
        """`moved`: a document is no longer what is remembered. `risks`: scores as they are, None for those gone."""
        if moved:
            for cache in self.caches:
                cache.forget()
        self.risks.learn(risks)
