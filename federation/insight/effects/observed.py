"""Identities that were seen, as the audit trail remembers them."""

from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly
from typing import ClassVar, Protocol

from msgspec import Struct, field

from federation.insight.explain.question import ANY_ADDRESS, Identity, Question
from federation.model.client_credentials import CLIENT_ISSUER
from federation.model.json import Claims, Json, JsonObject
from federation.value import Redacted
from federation.verification.own_tokens import SELF


class ObservedExchange(Redacted, Struct, frozen=True):
    """Who asked for what, and from where."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"claims", "actor_claims"})

    issuer: str
    """Id of the Issuer document that vouched for the subject."""
    claims: Claims
    """Those that identify it."""
    audiences: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    ip: str = ANY_ADDRESS
    client: str | None = None
    actor_issuer: str | None = None
    actor_claims: Claims = field(default_factory=dict[str, Json])
    tenant: str | None = None
    """Of the subject, as it was then: an id may name another tenant's Issuer by now."""

    def question(self, now: int) -> Question:
        """The same identity, asking again for nothing in particular."""
        actor = None if self.actor_issuer is None else _identity(self.actor_issuer, self.actor_claims)
        subject = None if self.issuer == CLIENT_ISSUER else _identity(self.issuer, self.claims)
        return Question(subject, now, actor, client=self.client, source_ip=self.ip)


class ObservedIdentities(Protocol):
    """The audit trail, as somebody asks it who plans an edit."""

    def recent(self, days: int) -> Iterable[ObservedExchange]:
        """Exchanges of the last days, allowed and refused; the same one may come several times."""
        ...


def observed(record: JsonObject) -> ObservedExchange | None:
    """What an audit record says of it; None: nobody was proven, or the record is older than its claims."""
    issuer, claims = record.get("issuer"), record.get("claims")
    if not isinstance(issuer, str) or not isinstance(claims, ReadOnly) or not claims:
        return None
    actor, actor_claims = record.get("actor_issuer"), record.get("actor_claims")
    return ObservedExchange(
        issuer=issuer,
        claims=claims,
        audiences=_texts(record.get("audience") or record.get("requested_audience")),
        scopes=_texts(record.get("scope") or record.get("requested_scope")),
        ip=str(record.get("source_ip") or ANY_ADDRESS),
        client=str(record["client_id"]) if "client_method" in record and "client_id" in record else None,
        actor_issuer=actor if isinstance(actor, str) and isinstance(actor_claims, ReadOnly) else None,
        actor_claims=actor_claims if isinstance(actor_claims, ReadOnly) else {},
        tenant=str(record["tenant"]) if record.get("tenant") else None,
    )


def _identity(issuer: str, claims: Claims) -> Identity:
    """One of our own tokens says by itself whose it is."""
    return Identity(claims, issuer=None if issuer == SELF else issuer)


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
