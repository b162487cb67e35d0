"""What is to be committed with a token."""

from collections.abc import Callable
from collections.abc import Mapping as ReadOnly

from msgspec import Struct, field

from federation.model.authorization import NotRevoked
from federation.model.json import JsonObject
from federation.model.one_time import OneTimeUse
from federation.model.risk import RiskKey, RiskScore
from federation.model.trust import DocumentRef, DocumentVersion
from federation.ports import KeptToken


class Conditions(Struct, frozen=True):
    """What must hold when the token is released, beside the decision itself."""

    rests_on: ReadOnly[DocumentRef, int] = field(default_factory=dict)
    """Versions, 0 for none, of whatever was looked at beside the documents that decided: they must be current too."""
    gates: tuple[Callable[[], Callable[[], None]], ...] = ()
    """Rate limits, each in two steps: to ask, and to wait, which raises TooManyRequests if nothing is left."""


UNCONDITIONAL = Conditions()


class PendingToken(Struct, frozen=True):
    """A token's record, and everything that must hold for the token to leave."""

    entry: JsonObject
    """The audit record."""
    documents: tuple[DocumentVersion, ...]
    """They must be current."""
    uses: tuple[OneTimeUse, ...] = ()
    """They must be free."""
    not_revoked: tuple[NotRevoked, ...] = ()
    risks: tuple[tuple[RiskKey, RiskScore | None], ...] = ()
    """They must be what the policies saw."""
    kept: KeptToken | None = None
    conditions: Conditions = UNCONDITIONAL
