"""A registered client as a principal of its own: its document is issuer, identity and grant at once."""

from federation.model.trust import CLIENT_NAMESPACE, Client, Grant, Issuer, IssuerKeys, MappedPrincipal, Mapping

CLIENT_ISSUER = "(client)"
"""Stands in tokens and records where an Issuer document would be named; no document can have this id."""
_PREFIX = "client:"


def as_issuer(client: Client) -> Issuer:
    """Who vouches for a client: it itself. No document of that name exists, so no version of it is ever checked."""
    return Issuer(
        CLIENT_ISSUER,
        0,
        CLIENT_ISSUER,
        issuer="",
        audiences=(),
        keys=IssuerKeys(),
        algorithms=(),
        max_token_age=0,
        tenant=client.tenant,
    )


def as_principal(client: Client) -> MappedPrincipal:
    """`client/<id>`, with every scope of its document at each of its audiences, and no actor."""
    principal = f"{CLIENT_NAMESPACE}/{client.id}"
    mapping = Mapping(
        id=mapping_of(client.id),
        version=client.version,
        issuer=CLIENT_ISSUER,
        match=(("client_id", client.id),),
        principal=principal,
        grants=tuple(Grant(audience, client.scopes) for audience in client.audiences),
        enabled=client.enabled,
        since=client.since,
        lives=client.lives,
    )
    return MappedPrincipal(principal, {}, mapping, as_issuer(client), (("client_id", client.id),), client=client)


def caller_named(principal: str) -> str:
    """`client_id` where no registered client asks: the principal, and never the id of a registered client.

    Neither a principal nor an id of a document has a colon, and only an id may look like a principal of one word.
    """
    return principal if "/" in principal else f"principal:{principal}"


def mapping_of(client: str) -> str:
    """The id of the mapping that stands for the client of that id."""
    return _PREFIX + client


def client_of(mapping: str) -> str | None:
    """The client that the mapping of that id stands for; None: it is a document of its own."""
    return mapping.removeprefix(_PREFIX) if mapping.startswith(_PREFIX) else None
