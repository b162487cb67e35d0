"""Which identities a caller may present."""

from federation.model.trust import CLIENT_CREDENTIALS, TOKEN_EXCHANGE, Client
from federation.oauth.errors import InvalidRequest, UnauthorizedClient
from federation.oauth.identifiers import GrantType
from federation.oauth.reasons import Reason
from federation.policy.case import Parties
from federation.policy.ceilings import is_for

_GRANTS = {GrantType.TOKEN_EXCHANGE: TOKEN_EXCHANGE, GrantType.CLIENT_CREDENTIALS: CLIENT_CREDENTIALS}


def check_caller(asking: Parties, grant: GrantType) -> None:
    """Raises UnauthorizedClient, or InvalidRequest for an identity that is not this caller's to present."""
    client, itself = asking.client.client, grant is GrantType.CLIENT_CREDENTIALS
    if asking.subject.client != (client if itself else None) or (itself and client is None):
        raise UnauthorizedClient(Reason.GRANT_NOT_ALLOWED, "this grant is for a client that asks for itself")
    check_grant(client, grant)
    if client is not None and not is_for(client.tenant, asking.mapped.issuer.tenant):
        raise _not_permitted(f"client {client.id} is of tenant {client.tenant}")
    _check_issued_to(asking)


def check_grant(client: Client | None, grant: GrantType) -> None:
    """Raises UnauthorizedClient where a registered client's document does not name the grant."""
    if client is not None and _GRANTS[grant] not in client.grants:
        raise UnauthorizedClient(Reason.GRANT_NOT_ALLOWED, f"client {client.id} has no grant {_GRANTS[grant]}")


def _check_issued_to(asking: Parties) -> None:
    """A token of ours that was issued to a registered client is no other's to exchange (ATTACKS H8).

    An actor is the explicit edge: it says who presents the token, and `may_act` names it. The actor's own token says
    who presents it, so that one is never another's.
    """
    subject = asking.subject if asking.acting is None else asking.acting.token
    own, client = subject.own, asking.client.client
    if own is None or own.registered_client is None:
        return
    if client is None or client.id != own.registered_client or own.client_version < client.since:
        raise _not_permitted(f"a token that was issued to client {own.registered_client}@{own.client_version}")


def _not_permitted(detail: str) -> InvalidRequest:
    return InvalidRequest(Reason.CLIENT_NOT_PERMITTED, detail)
