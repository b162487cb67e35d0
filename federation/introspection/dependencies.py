"""What an answer about a token rests on: that the caller may know, and that the token's makers are still trusted."""

from typing import Protocol

from msgspec import Struct

from federation.mapping.own import OwnMappings
from federation.model.own_claims import OwnClaims
from federation.model.trust import Audience, Client, DocumentVersion, is_meant
from federation.oauth.errors import InvalidRequest
from federation.policy.ceilings import Way
from federation.ports import AudienceDirectory, ClientsById
from federation.verification.own_tokens import IssuedByUs


class Directory(AudienceDirectory, ClientsById, Protocol):
    """Documents as they are remembered."""


class Worth(Struct, frozen=True):
    """What a token is still worth."""

    documents: tuple[DocumentVersion, ...]
    """All that this rests on."""
    scopes: tuple[str, ...]
    """Of its own, those that would still be granted."""


class TokenDependencies(Struct, frozen=True):
    """Looks at what is remembered; the answer's one read says whether that is current."""

    directory: Directory
    principals: OwnMappings

    def of(self, token: IssuedByUs, asking: Client) -> Worth | None:
        """What the token is worth to the caller; None: there is nothing to be told.

        A token is worth no more here than at the next exchange: not where its mapping or issuer, its holder's, the
        client that it was issued to, or who vouched for that client is disabled, was deleted, or is another one of the
        same name by now; and not where no grant is left of what it was granted.
        """
        audience = self._entitling(token.own, asking)
        if audience is None:
            return None
        try:
            return self._worth(token)
        except InvalidRequest:
            return None

    def _worth(self, token: IssuedByUs) -> Worth | None:
        mapped = self.principals.resolve(token.own)
        client, issued_to = self.principals.issued_to(token.own)
        issuers = (mapped.issuer, *([mapped.current_actor.issuer] if mapped.current_actor else []))
        audiences = self._audiences(token.own)
        targets = [Way(audience, mapped.mapping, issuers, client or mapped.client).target for audience in audiences]
        left = [scope for scope in token.own.scopes if all(target and scope in target.scopes for target in targets)]
        if not targets or None in targets or (token.own.scopes and not left):
            return None
        at = (audience.document for audience in audiences)
        return Worth((*token.documents, *at, *mapped.documents, *issued_to), tuple(left))

    def _entitling(self, own: OwnClaims, asking: Client) -> Audience | None:
        """The audience that the token is for and whose document names the client; None: it is none of its business."""
        return next((one for one in self._audiences(own) if one.enabled and _may_introspect(asking, one)), None)

    def _audiences(self, own: OwnClaims) -> tuple[Audience, ...]:
        """Whom the token is for, once each."""
        return tuple({one.id: one for name in own.audiences for one in self._named(name)}.values())

    def _named(self, name: str) -> tuple[Audience, ...]:
        """By what stands in a token, which is its id or its resource."""
        by_id = self.directory.audience(name)
        found = (*([by_id] if by_id else []), *self.directory.audiences_at(name))
        return tuple(one for one in found if name in one.names)


def _may_introspect(asking: Client, audience: Audience) -> bool:
    """Whether the audience names this very client: its id may be another tenant's by now."""
    own = asking.tenant in (None, audience.tenant)
    return own and asking.id in audience.introspection and is_meant(audience.lives, asking.document.ref, asking.since)
