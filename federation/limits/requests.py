"""How often somebody may ask for tokens, counted under everybody whom a request is from."""

from collections.abc import Iterator
from dataclasses import dataclass

from federation.limits.limiter import Admission, Limited, Limiter
from federation.limits.sources import source_of
from federation.model.tokens import Caller, VerifiedToken
from federation.model.trust import RateLimit


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The limits of a deployment; documents may say otherwise for a client or an issuer."""

    limiter: Limiter
    issuer_rate: RateLimit
    """Of all identities of one issuer together, so that one of them starves its own neighbours at most."""
    address_rate: RateLimit

    def knock(self, source_ip: str) -> None:
        """Before anything is read: counted in this process alone, so that junk costs no call (ATTACKS Q1).

        Raises TooManyRequests.
        """
        self.limiter.check_local(("address", source_of(source_ip)), self.address_rate)

    def admit(self, client: Caller, subject: VerifiedToken, source_ip: str) -> Admission:
        """Once it is proven who asks; raises TooManyRequests for what is known here already.

        The gates of the admission are to be passed before a token leaves: they ask what every process shares.
        """
        return self.limiter.begin(tuple(self._counted(client, subject, source_ip)))

    def _counted(self, client: Caller, subject: VerifiedToken, source_ip: str) -> Iterator[Limited]:
        yield Limited(("address", source_of(source_ip)), self.address_rate)
        if subject.client is None:
            yield Limited(("issuer", _vouching(subject)), subject.issuer.rate_limit or self.issuer_rate)
        if client.client is not None:
            yield Limited(("client", client.client.id), client.client.rate_limit or self.issuer_rate)


def _vouching(subject: VerifiedToken) -> str:
    """Id of the issuer behind it: a chain counts where its root does."""
    return subject.own.issuer if subject.own else subject.issuer.id
