"""What an answer about a token rests on: that the caller may know, and that whoever made the token is still trusted."""

from typing import Protocol

from msgspec import Struct

from federation.mapping.own import OwnMappings
from federation.model.own_claims import OwnClaims
from federation.model.trust import Audience, Client, DocumentVersion, is_meant
from federation.oauth.errors import InvalidRequest
from federation.ports import AudienceDirectory, ClientsById
from federation.verification.own_references import IssuedByUs


class Directory(AudienceDirectory, ClientsById, Protocol):
    """Documents as they are remembered."""


class TokenDependencies(Struct, frozen=True):
    """Looks at what is remembered; the answer's one read says whether that is current."""

    directory: Directory
    principals: OwnMappings

    def of(self, token: IssuedByUs, asking: Client) -> tuple[DocumentVersion, ...] | None:
        """Every document that the answer rests on; None: there is nothing to be told.

        A token is worth no more here than at the next exchange: not where its mapping or issuer, its holder's, or the
        client that it was issued to is disabled, was deleted, or is another one of the same name by now.
        """
        audience = self._entitling(token.own, asking)
        if audience is None:
            return None
        try:
            behind = self.principals.resolve(token.own).documents
        except InvalidRequest:
            return None
        issued_to = self._issued_to(token.own)
        return None if issued_to is None else (*token.documents, audience.document, *behind, *issued_to)

    def _entitling(self, own: OwnClaims, asking: Client) -> Audience | None:
        """The audience that the token is for and whose document names the client; None: it is none of its business."""
        return next(
            (
                audience
                for audience in self.directory.audiences()
                if audience.enabled
                and not audience.names.isdisjoint(own.audiences)
                and _may_introspect(asking, audience)
            ),
            None,
        )

    def _issued_to(self, own: OwnClaims) -> tuple[DocumentVersion, ...] | None:
        if own.registered_client is None:
            return ()
        client = self.directory.client(own.registered_client)
        if client is None or not client.enabled or own.client_version < client.since:
            return None
        return (client.document,)


def _may_introspect(asking: Client, audience: Audience) -> bool:
    """Whether the audience names this very client: its id may be another tenant's by now."""
    own = asking.tenant in (None, audience.tenant)
    return own and asking.id in audience.introspection and is_meant(audience.lives, asking.document.ref, asking.since)
