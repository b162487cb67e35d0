"""Whom one of our own tokens is about: the principal that it names, as long as what made it so still stands.

Nothing is matched and nothing is computed again. What counts is that the mapping that made the principal, and the
issuer that vouched for it, are there and enabled by now, and that the mapping is the same one: an id that was deleted
and written anew revives nothing. No issuer is deleted while a mapping names it.
"""

from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from federation.model.authorization import Link
from federation.model.client_credentials import as_principal, client_of
from federation.model.own_claims import OwnClaims
from federation.model.trust import (
    Client,
    DocumentRef,
    DocumentVersion,
    Issuer,
    Kind,
    MappedPrincipal,
    Mapping,
    is_meant,
)
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.ports import ClientsById, IssuersById, MappingsById


class Lookups(MappingsById, ClientsById, Protocol):
    """What may stand behind one of our own tokens."""


class OwnMappings(Struct, frozen=True):
    """Finds what stands behind our own tokens."""

    lookups: Lookups
    issuers: IssuersById

    def resolve(self, own: OwnClaims) -> MappedPrincipal:
        """Whom the token is about, and who holds it; raises InvalidRequest unless all of them are still trusted."""
        found = self._trusted(own.mapping, own.mapping_version)
        # A principal never changes its tenant or its issuer: another one goes by that name now (ATTACKS I4).
        if (found.issuer.id, found.issuer.tenant) != (own.issuer, own.tenant):
            raise InvalidRequest(Reason.NO_MAPPING, f"mapping {found.mapping.id} has another issuer or tenant by now")
        kept = {name: value for name, value in own.context.items() if name in found.mapping.attributes}
        holder, behind = self._holder(own), tuple(self._links(own))
        return replace(
            found,
            principal=own.principal,
            attributes=kept,
            current_actor=holder,
            identity=own.identity,
            behind=behind,
        )

    def _links(self, own: OwnClaims) -> Iterator[DocumentVersion]:
        """What vouched for each token that this one was made from: a token is worth nothing where its parent is not."""
        for link in own.chain:
            client = client_of(link.mapping)
            found = self._mapped(link.mapping) if client is None else as_principal(self._client(client))
            if found.issuer.id != link.issuer or found.issuer.tenant not in (None, own.tenant):
                raise InvalidRequest(Reason.NO_MAPPING, f"{link.mapping} has another issuer or tenant by now")
            yield from found.documents
            if link.client_issuer is not None:
                yield from self._authenticated(self._client(link.client_id), link.client_issuer)

    def issued_to(self, own: OwnClaims) -> tuple[Client | None, tuple[DocumentVersion, ...]]:
        """The registered client that the token was issued to, and all that this rests on.

        Raises InvalidRequest unless the client is still trusted, and the issuer too by whose keys it was authenticated.
        """
        if own.registered_client is None:
            return None, ()
        client = self._client(own.registered_client)
        if own.client_version < client.since:
            raise InvalidRequest(Reason.NO_MAPPING, f"client {client.id} was deleted, and is another one by now")
        if own.client_issuer is None:
            return client, (client.document,)
        return client, self._authenticated(client, own.client_issuer)

    def _authenticated(self, client: Client, by: str) -> tuple[DocumentVersion, ...]:
        issuer = self._enabled(by)
        if issuer.tenant not in (None, client.tenant) or not is_meant(client.lives, issuer.document.ref, issuer.since):
            raise InvalidRequest(Reason.NO_MAPPING, f"issuer {issuer.id} does not vouch for client {client.id} by now")
        return client.document, issuer.document

    def _holder(self, own: OwnClaims) -> MappedPrincipal | None:
        if own.current_actor is None:
            return None
        found = self._trusted(own.current_actor, own.holder_version)
        # Nor does who acts: the author of that mapping by now never said who may act next in this tenant.
        if found.issuer.id != (own.holder_issuer or found.issuer.id) or found.issuer.tenant not in (None, own.tenant):
            raise InvalidRequest(Reason.NO_MAPPING, f"mapping {own.current_actor} has another issuer or tenant by now")
        return replace(found, principal=own.actors[0], identity=own.holder_identity)

    def _trusted(self, id_: str, version: int) -> MappedPrincipal:
        """What stands behind the mapping of that id, or behind the client that it stands for, as of that version."""
        client = client_of(id_)
        found = self._mapped(id_) if client is None else as_principal(self._client(client))
        if version < found.mapping.since:
            raise InvalidRequest(Reason.NO_MAPPING, f"{id_} was deleted, and is another one by now")
        return found

    def _mapped(self, id_: str) -> MappedPrincipal:
        mapping = self._mapping(id_)
        return MappedPrincipal(mapping.principal, {}, mapping, self._issuer(mapping))

    def _client(self, id_: str) -> Client:
        client = self.lookups.client(id_)
        if client is None or not client.enabled:
            raise InvalidRequest(Reason.NO_MAPPING, f"client {id_} is disabled or deleted")
        return client

    def _mapping(self, id_: str) -> Mapping:
        mapping = self.lookups.mapping(id_)
        if mapping is None or not mapping.enabled:
            raise InvalidRequest(Reason.NO_MAPPING, f"mapping {id_} is disabled or deleted")
        return mapping

    def _issuer(self, mapping: Mapping) -> Issuer:
        issuer = self._enabled(mapping.issuer)
        if not is_meant(mapping.lives, issuer.document.ref, issuer.since):
            raise InvalidRequest(Reason.NO_MAPPING, f"issuer {mapping.issuer} was deleted, and is another one by now")
        if mapping.confirmed_for not in (None, issuer.issuer):
            raise InvalidRequest(Reason.NO_MAPPING, f"mapping {mapping.id} is confirmed for another issuer")
        return issuer

    def _enabled(self, id_: str) -> Issuer:
        issuer = self.issuers.issuer(id_)
        if issuer is None or not issuer.enabled:
            raise InvalidRequest(Reason.NO_MAPPING, f"issuer {id_} is disabled or deleted")
        return issuer


def documents_behind(own: OwnClaims) -> frozenset[DocumentRef]:
    """The documents that vouch for the principal of one of our tokens, for its current actor and for its client."""
    return frozenset(_documents_behind(own))


def _documents_behind(own: OwnClaims) -> Iterator[DocumentRef]:
    for mapping, issuer in ((own.mapping, own.issuer), (own.current_actor, own.holder_issuer)):
        client = client_of(mapping) if mapping else None
        if client is not None:
            yield DocumentRef(Kind.CLIENT, client)
        elif mapping is not None:
            yield DocumentRef(Kind.MAPPING, mapping)
            yield DocumentRef(Kind.ISSUER, str(issuer))
    if own.registered_client is not None:
        yield DocumentRef(Kind.CLIENT, own.registered_client)
    if own.client_issuer is not None:
        yield DocumentRef(Kind.ISSUER, own.client_issuer)
    for link in own.chain:
        yield from _documents_of(link)


def _documents_of(link: Link) -> Iterator[DocumentRef]:
    client = client_of(link.mapping)
    if client is not None:
        yield DocumentRef(Kind.CLIENT, client)
    else:
        yield from (DocumentRef(Kind.MAPPING, link.mapping), DocumentRef(Kind.ISSUER, link.issuer))
    if link.client_issuer is not None:
        yield from (DocumentRef(Kind.CLIENT, link.client_id), DocumentRef(Kind.ISSUER, link.client_issuer))
