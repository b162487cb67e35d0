"""Who asks: proven to be an admin, with what they may do."""

from msgspec import Struct

from federation.admin.changes import rfc3339
from federation.model.history import Change
from federation.model.tokens import OwnClaims
from federation.ports import Clock


class Admin(Struct, frozen=True):
    """Made by the guard alone."""

    principal: str
    scopes: frozenset[str]
    tenant: str | None = None
    """None: a global admin."""
    actors: tuple[str, ...] = ()
    """Who acts for the principal, the current actor first."""
    came: OwnClaims | None = None
    """What the token said by which they came in; None: there was no token."""
    revision: int | None = None
    """Of trust, when they came in; None: it is not known, or not that any more."""

    def change(self, clock: Clock, why: str, request: str) -> Change:
        """What is kept of a write of theirs. `request`: its correlation id."""
        return Change(self.principal, rfc3339(clock.now()), why, request, self.actors, self.tenant)
