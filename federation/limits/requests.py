"""How often a caller may ask, counted for each party that a request is from."""

from collections.abc import Iterator

from msgspec import Struct

from federation.limits.limiter import Admission, Limited, Limiter
from federation.limits.sources import source_of
from federation.model.client_credentials import CLIENT_ISSUER
from federation.model.own_claims import OwnClaims
from federation.model.tokens import Caller, VerifiedToken
from federation.model.trust import Client, Issuer, RateLimit
from federation.ports import IssuersById


class RequestLimits(Struct, frozen=True):
    """The limits of a deployment; documents may say otherwise for a client or an issuer."""

    limiter: Limiter
    issuer_rate: RateLimit
    """Of all identities of one issuer together, so that one of them starves its own neighbours at most."""
    tenant_rate: RateLimit
    """Of all clients and issuers of one tenant together: its admins decide how many, and what each may."""
    address_rate: RateLimit
    issuers: IssuersById

    def check_source_rate(self, source_ip: str) -> None:
        """Before anything is read: counted in this process alone, so that junk costs no call (ATTACKS Q1).

        Raises TooManyRequests.
        """
        self.limiter.check_local(("address", source_of(source_ip)), self.address_rate)

    def admit(self, client: Caller, subject: VerifiedToken, source_ip: str) -> Admission:
        """Once it is proven who asks; raises TooManyRequests for what is known here already.

        The gates of the admission are to be passed before a token leaves: they ask what every process shares. Whoever
        is refused never comes to them, and is counted in this process alone, as its source address was.
        """
        proven, named = tuple(self._counted(client, subject)), tuple(self._named(client))
        for limited in named:
            # Anybody may say to be one that proves nothing: in vain, at the cost of their own issuer's alone.
            self.limiter.check_local((*limited.key, *(key for of in proven for key in of.key)), limited.limit)
        for limited in proven:
            self.limiter.check_local(limited.key, limited.limit)
        address = Limited(("address", source_of(source_ip)), self.address_rate)
        return self.limiter.begin((address, *named, *proven))

    def admit_caller(self, caller: Caller) -> None:
        """The same for a proven client that asks for no token, out of the same bucket; raises TooManyRequests.

        Whoever is no client, or only says to be one that proves nothing, is counted by its address alone.
        """
        if caller.client is not None and not caller.is_public:
            self.limiter.admit((self._client(caller.client), *self._tenant(caller.client.tenant)))

    def admit_events(self, issuer: Issuer) -> None:
        """A proven security event, out of a bucket beside that of the issuer's exchanges; raises TooManyRequests."""
        events = Limited(("events", issuer.id), issuer.rate_limit or self.issuer_rate)
        self.limiter.admit((events, *self._tenant(issuer.tenant)))

    def _counted(self, client: Caller, subject: VerifiedToken) -> Iterator[Limited]:
        """The client first: one that asks too often takes nothing from its issuer's others."""
        if client.client is not None and not client.is_public:
            yield self._client(client.client)
        if subject.own is not None:
            yield self._root(subject.own)
        elif subject.client is None:
            yield self._issuer(subject.issuer.id, subject.issuer)
        yield from self._tenant(_tenant(client, subject))

    def _named(self, client: Caller) -> Iterator[Limited]:
        if client.client is not None and client.is_public:
            yield self._client(client.client)

    def _client(self, client: Client) -> Limited:
        return Limited(("client", client.id), client.rate_limit or self.issuer_rate)

    def _root(self, own: OwnClaims) -> Limited:
        """A chain counts where its root does, by the limit of that."""
        if own.issuer == CLIENT_ISSUER:
            return self._issuer(own.mapping, None)  # one for all clients would be one for all tenants
        return self._issuer(own.issuer, self.issuers.issuer(own.issuer))

    def _issuer(self, name: str, issuer: Issuer | None) -> Limited:
        return Limited(("issuer", name), (issuer.rate_limit if issuer else None) or self.issuer_rate)

    def _tenant(self, name: str | None) -> Iterator[Limited]:
        if name is not None:
            yield Limited(("tenant", name), self.tenant_rate)


def _tenant(client: Caller, subject: VerifiedToken) -> str | None:
    """A request's tenant: the subject's, or where that has none, the proven client's."""
    asking = client.client.tenant if client.client and not client.is_public else None
    if subject.client is not None:
        return asking
    return (subject.own.tenant if subject.own else subject.issuer.tenant) or asking
