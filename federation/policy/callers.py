"""Which identities a caller may present, and who a registered client is when it asks for itself."""

from federation.model.binding import ProvenKeys
from federation.model.tokens import Acting, Caller, VerifiedToken
from federation.model.trust import (
    CLIENT_CREDENTIALS,
    CLIENT_NAMESPACE,
    TOKEN_EXCHANGE,
    Client,
    Grant,
    Issuer,
    IssuerKeys,
    MappedPrincipal,
    Mapping,
)
from federation.oauth.errors import InvalidRequest, UnauthorizedClient
from federation.oauth.identifiers import GrantType
from federation.oauth.reasons import Reason
from federation.policy.case import Parties

ITSELF = "(client)"
"""Stands where an issuer's and a mapping's document would be named; no document can have this id."""

_GRANTS = {GrantType.TOKEN_EXCHANGE: TOKEN_EXCHANGE, GrantType.CLIENT_CREDENTIALS: CLIENT_CREDENTIALS}


def parties(
    client: Caller,
    proven: ProvenKeys,
    subject: VerifiedToken | None,
    acting: Acting | None,
    mapped: MappedPrincipal | None,
) -> Parties:
    """Everybody; raises UnauthorizedClient where nobody in particular asks for itself."""
    if mapped is not None and subject is not None:
        return Parties(client, proven, subject, acting, mapped)
    if client.client is None or subject is not None or acting is not None or mapped is not None:
        raise UnauthorizedClient(Reason.GRANT_NOT_ALLOWED, "no registered client, or somebody else's identity")
    return Parties(client, proven, None, None, as_itself(client.client))


def as_itself(client: Client) -> MappedPrincipal:
    """The client as a principal of its own: its document is issuer and mapping at once, and grants what it names."""
    grants = tuple(Grant(audience, client.scopes) for audience in client.audiences)
    principal = f"{CLIENT_NAMESPACE}/{client.id}"
    mapping = Mapping(ITSELF, client.version, ITSELF, (), principal, grants)
    keys, nobody = IssuerKeys(), ""
    issuer = Issuer(ITSELF, client.version, ITSELF, nobody, (), keys, (), max_token_age=0, tenant=client.tenant)
    return MappedPrincipal(principal, {}, mapping, issuer)


def check_caller(asking: Parties, grant: GrantType) -> None:
    """Raises UnauthorizedClient, or InvalidRequest for an identity that is not this caller's to present."""
    client = asking.client.client
    if client is not None and _GRANTS[grant] not in client.grants:
        raise UnauthorizedClient(Reason.GRANT_NOT_ALLOWED, f"client {client.id} has no grant {_GRANTS[grant]}")
    if client is not None and client.tenant not in (None, asking.mapped.issuer.tenant):
        raise _not_permitted(f"client {client.id} is of tenant {client.tenant}")
    _check_issued_to(asking)


def _check_issued_to(asking: Parties) -> None:
    """A token of ours that was issued to a registered client is no other's to exchange (ATTACKS H8).

    An actor is the explicit edge: it says who presents the token, and `may_act` names it. The actor's own token says
    who presents it, so that one is never somebody else's.
    """
    subject = asking.subject if asking.acting is None else asking.acting.token
    own = subject.own if subject else None
    if own is not None and own.registered_client not in (None, asking.client.client_id):
        raise _not_permitted(f"a token that was issued to client {own.registered_client}")


def _not_permitted(detail: str) -> InvalidRequest:
    return InvalidRequest(Reason.CLIENT_NOT_PERMITTED, detail)
