"""Everything that is known of a request when the policies are asked."""

from collections.abc import Iterator

from msgspec import Struct

from federation.model.binding import ProvenKeys
from federation.model.json import JsonObject
from federation.model.tokens import Acting, Caller, VerifiedToken
from federation.model.trust import Issuer, MappedPrincipal
from federation.oauth.request import ExchangeRequest
from federation.policy.ceilings import Target
from federation.policy.delegation import Chain


class Parties(Struct, frozen=True):
    """Who asks, for whom, and with what proof."""

    client: Caller
    proven: ProvenKeys
    subject: VerifiedToken
    acting: Acting | None
    mapped: MappedPrincipal

    @property
    def presented(self) -> Iterator[tuple[VerifiedToken, MappedPrincipal]]:
        """Every token, the subject's first, and whom it maps to."""
        yield self.subject, self.mapped
        if self.acting:
            yield self.acting.token, self.acting.mapped

    @property
    def tokens(self) -> tuple[VerifiedToken, ...]:
        """Every token, the subject's first."""
        return tuple(token for token, _ in self.presented)

    @property
    def people(self) -> Iterator[MappedPrincipal]:
        """Whom it is about, who acts already, and who wants to act next."""
        yield self.mapped
        if self.mapped.current_actor:
            yield self.mapped.current_actor
        if self.acting:
            yield self.acting.mapped

    @property
    def issuers(self) -> tuple[Issuer, ...]:
        """They vouch: first for the principal, then for each actor."""
        return tuple(one.issuer for one in self.people)


class Case(Struct, frozen=True):
    """A request within its ceilings. `now`: seconds since the epoch."""

    parties: Parties
    request: ExchangeRequest
    chain: Chain
    targets: tuple[Target, ...]
    scopes: tuple[str, ...]
    details: tuple[JsonObject, ...]
    now: int
