"""THE mapping step for subjects and actors, by provenance: foreign tokens are matched, our own are traced back.

A registered client that asks for itself is what its document says.
"""

from msgspec import Struct

from federation.mapping.mapper import Mapper
from federation.mapping.own import OwnMappings
from federation.model.client_credentials import as_principal
from federation.model.tokens import Acting, VerifiedToken
from federation.model.trust import MappedPrincipal
from federation.oauth.request import ExchangeRequest


class Principals(Struct, frozen=True):
    """Whom verified tokens are to us."""

    foreign: Mapper
    own: OwnMappings

    def resolve(self, token: VerifiedToken, request: ExchangeRequest) -> MappedPrincipal:
        """The principal that the token stands for; raises InvalidRequest where no rule fits, or more than one."""
        if token.client is not None:
            return as_principal(token.client)
        return self.foreign.resolve(token, request) if token.own is None else self.own.resolve(token.own)

    def resolve_actor(self, actor: VerifiedToken | None, request: ExchangeRequest) -> Acting | None:
        """None without an actor. An actor is mapped like any other identity, and needs a mapping of its own."""
        return None if actor is None else Acting(actor, self.resolve(actor, request))
