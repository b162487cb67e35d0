"""What signals look at: a record of the audit trail or of a refusal, and the identities that it is about."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from hashlib import blake2s
from ipaddress import ip_address, ip_network
from typing import Any

from msgspec import Struct, ValidationError, field
from msgspec.json import Decoder

from federation.model.signals import Watched

DIGEST = 4
"""Bytes by which something is known again among the few that an identity uses."""


class Observation(Struct, frozen=True, omit_defaults=True):
    """A request at the token endpoint, as its record tells it. What the record lacks is empty."""

    time: str
    """RFC 3339."""
    correlation_id: str
    outcome: str
    jti: str | None = None
    reason: str | None = None
    operation: str | None = None
    """Of another endpoint: no request for a token."""
    source_ip: str | None = None
    user_agent: str | None = None
    subject_digest: str | None = None
    """There is one only where the subject was proven."""
    subject: str | None = None
    issuer: str | None = None
    root_issuer: str | None = None
    unverified_issuer: str | None = None
    """Id of the Issuer document that a token without proof names."""
    tenant: str | None = None
    principal: str | None = None
    mapping: str | None = None
    mapping_version: int | None = None
    client_id: str | None = None
    client_method: str | None = None
    """There is one only where the client proved itself."""
    client_tenant: str | None = None
    audience: list[str] = field(default_factory=list)
    requested_audience: list[str] | None = None
    requested_scope: list[str] | None = None
    actor_principal: str | None = None
    actor_tenant: str | None = None
    approval: str | None = None
    claims: dict[str, Any] = field(default_factory=dict)

    @property
    def allowed(self) -> bool:
        """Whether a token was issued."""
        return self.outcome == "allow"

    @property
    def verified(self) -> bool:
        """Whether its subject was proven; otherwise a stranger may have written all of it."""
        return self.subject_digest is not None

    @property
    def name(self) -> str:
        """Names the record."""
        return self.jti or self.correlation_id

    @property
    def seconds(self) -> float:
        """Since the epoch."""
        return _seconds(self.time)

    @property
    def vouched_by(self) -> str | None:
        """Id of the Issuer document behind it, however many of our own tokens lie in between."""
        return self.root_issuer or self.issuer


_DECODER = Decoder(Observation)
_OUTCOMES = frozenset({"allow", "deny", "error"})


def read_observation(record: str | bytes) -> Observation | None:
    """The request that a record tells of; None: of none, or it cannot be read."""
    try:
        found = _DECODER.decode(record)
        _seconds(found.time)
    except (ValidationError, ValueError):
        return None
    return found if found.outcome in _OUTCOMES and not found.operation else None


def watched_by(seen: Observation) -> Iterator[Watched]:
    """Whose histories it is part of: without a proven subject, the address's and that of the issuer that is claimed."""
    if seen.source_ip:
        yield Watched("address", address_of(seen.source_ip))
    if not seen.verified:
        if seen.unverified_issuer:
            yield Watched("issuer", seen.unverified_issuer)
        return
    if seen.vouched_by:
        yield Watched("issuer", seen.vouched_by, seen.tenant)
    if seen.tenant:
        yield Watched("tenant", seen.tenant)
    if seen.client_id and seen.client_method:
        yield Watched("client", seen.client_id, seen.client_tenant)
    if seen.principal:
        yield Watched("principal", seen.principal, seen.tenant)
    if actor := acting(seen):
        yield actor


def acting(seen: Observation) -> Watched | None:
    """Who acts for another one; None: the subject acts for itself."""
    if not (seen.allowed and seen.actor_principal) or seen.actor_principal == seen.principal:
        return None
    return Watched("principal", seen.actor_principal, seen.actor_tenant)


@lru_cache(maxsize=8192)
def digest(text: str) -> bytes:
    """By which it is known again."""
    return blake2s(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST).digest()


_V4 = re.compile(r"([0-9]{1,3}\.[0-9]{1,3})\.[0-9]{1,3}\.[0-9]{1,3}", re.ASCII)


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Where it is, coarsely: /16, or /32 of IPv6. What is no address is itself."""
    return _within(address, 16, 32)


@lru_cache(maxsize=4096)
def address_of(address: str) -> str:
    """Who has it: of IPv6 a /64 is one place."""
    return _within(address, 32, 64).removesuffix("/32")


def _within(address: str, v4: int, v6: int) -> str:
    if plain := _V4.fullmatch(address):  # a tenth of the time
        return f"{plain[1]}.0.0/16" if v4 == 16 else address  # noqa: PLR2004 (bits)
    try:
        length = v4 if ip_address(address).version == 4 else v6  # noqa: PLR2004 (of IP)
        return str(ip_network(f"{address}/{length}", strict=False))
    except ValueError:
        return address


def agent_of(user_agent: str) -> str:
    """The program without its version: who updates it is the same."""
    return user_agent.partition("/")[0].partition(" ")[0].lower()


@lru_cache(maxsize=4096)
def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
