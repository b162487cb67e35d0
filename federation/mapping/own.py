"""Whom one of our own tokens is about: the principal that it names, as long as what made it so still stands.

Nothing is matched and nothing is computed again. What counts is that the mapping that made the principal, and the
issuer that vouched for it, are there and enabled by now.
"""

from dataclasses import dataclass

from federation.model.tokens import OwnClaims
from federation.model.trust import Issuer, MappedPrincipal, Mapping
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.ports import IssuerDirectory, MappingsById


@dataclass(frozen=True, slots=True)
class OwnMappings:
    """Finds what stands behind our own tokens."""

    mappings: MappingsById
    issuers: IssuerDirectory

    def resolve(self, own: OwnClaims) -> MappedPrincipal:
        """Whom the token is about, and who holds it; raises InvalidRequest unless all of them are still trusted."""
        mapping = self._mapping(own.mapping)
        issuer = self._issuer(mapping)
        # A principal never changes its tenant or its issuer: another one goes by that name now (ATTACKS I4).
        if (issuer.id, issuer.tenant) != (own.issuer, own.tenant):
            raise InvalidRequest(Reason.NO_MAPPING, f"mapping {mapping.id} has another issuer or tenant by now")
        kept = {name: value for name, value in own.context.items() if name in mapping.attributes}
        return MappedPrincipal(own.principal, kept, mapping, issuer, holder=self._holder(own))

    def _holder(self, own: OwnClaims) -> MappedPrincipal | None:
        if own.holder is None:
            return None
        mapping = self._mapping(own.holder)
        return MappedPrincipal(own.actors[0], {}, mapping, self._issuer(mapping))

    def _mapping(self, id_: str) -> Mapping:
        mapping = self.mappings.mapping(id_)
        if mapping is None or not mapping.enabled:
            raise InvalidRequest(Reason.NO_MAPPING, f"mapping {id_} is disabled or deleted")
        return mapping

    def _issuer(self, mapping: Mapping) -> Issuer:
        issuer = next((one for one in self.issuers.issuers() if one.id == mapping.issuer and one.enabled), None)
        if issuer is None:
            raise InvalidRequest(Reason.NO_MAPPING, f"issuer {mapping.issuer} is disabled or deleted")
        if mapping.confirmed_for not in (None, issuer.issuer):
            raise InvalidRequest(Reason.NO_MAPPING, f"mapping {mapping.id} is confirmed for another issuer")
        return issuer
