"""Which target APIs a request names, and what the mapping grants there. All or nothing (RFC 8707 section 2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from federation.model.trust import Audience, Client, Grant, Issuer, Mapping
from federation.oauth.errors import InvalidRequest, InvalidTarget
from federation.oauth.identifiers import AT_JWT, PLAIN_JWT, TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest


@dataclass(frozen=True, slots=True)
class Target:
    """Proof that the mapping grants something at this audience, and that the client may go there."""

    audience: Audience
    grant: Grant
    client: Client | None = None

    @property
    def scopes(self) -> frozenset[str]:
        """The ceiling: what the grant allows, the audience still has, and the client, if any, may ask for."""
        granted = frozenset(self.grant.scopes) & frozenset(self.audience.scopes)
        return granted if self.client is None else granted & frozenset(self.client.scopes)


def resolve_targets(
    request: ExchangeRequest,
    audiences: tuple[Audience, ...],
    mapping: Mapping,
    tenant: str | None,
    client: Client | None = None,
) -> tuple[Target, ...]:
    """Every audience that `audience` and `resource` name, once each; raises InvalidTarget if any is not granted.

    A caller cannot tell an unknown target from a forbidden one. `tenant` is the subject's.
    """
    named = [_named(name, audiences, "id") for name in request.audiences]
    named += [_named(name, audiences, "resource") for name in request.resources]
    if not named:
        raise InvalidTarget(Reason.MISSING_TARGET)
    distinct = {audience.id: audience for audience in named}
    return tuple(_granted(audience, mapping, tenant, client) for audience in distinct.values())


def _named(name: str, audiences: tuple[Audience, ...], attribute: str) -> Audience:
    found = [audience for audience in audiences if getattr(audience, attribute) == name]
    if len(found) != 1:
        raise _not_granted(f"{len(found)} audiences have that {attribute}")
    return found[0]


def _granted(audience: Audience, mapping: Mapping, tenant: str | None, client: Client | None) -> Target:
    if not audience.enabled:
        raise _not_granted(f"audience {audience.id} is disabled")
    if audience.tenant is not None and audience.tenant != tenant:
        raise _not_granted(f"audience {audience.id} belongs to another tenant")
    if client is not None and audience.id not in client.audiences:
        raise _not_granted(f"client {client.id} may not ask for audience {audience.id}")
    return Target(audience, _only_grant(audience, mapping), client)


def _only_grant(audience: Audience, mapping: Mapping) -> Grant:
    grants = [grant for grant in mapping.grants if grant.audience == audience.id]
    if len(grants) != 1:
        raise _not_granted(f"mapping {mapping.id} has {len(grants)} grants for audience {audience.id}")
    return grants[0]


def check_environments(issuers: Iterable[Issuer], targets: Sequence[Target]) -> None:
    """Raises InvalidTarget where an issuer of one environment would vouch in another (ATTACKS I4).

    An audience without environment is in none that an issuer could name.
    """
    for issuer in issuers:
        for target in targets:
            if issuer.environments is not None and target.audience.environment not in issuer.environments:
                raise _not_granted(f"issuer {issuer.id} is not for environment {target.audience.environment}")


def is_opaque(targets: Sequence[Target], requested: TokenType) -> bool:
    """Whether the token is a reference, as every target then must want it; raises InvalidTarget or InvalidRequest."""
    formats = {target.audience.token_format for target in targets}
    if len(formats) != 1 or not formats <= {"jwt", "opaque"}:
        raise InvalidTarget(Reason.TARGET_UNSUPPORTED, f"formats {', '.join(sorted(formats))}")
    opaque = formats == {"opaque"}
    if opaque and requested is TokenType.JWT:
        raise InvalidRequest(Reason.UNSUPPORTED_REQUESTED_TOKEN_TYPE, "the target takes references only")
    return opaque


def common_typ(targets: Sequence[Target]) -> str:
    """`typ` of the token, on which every target must agree; raises InvalidTarget."""
    typs = {target.audience.token_typ for target in targets}
    if len(typs) != 1 or not typs <= {AT_JWT, PLAIN_JWT}:
        raise InvalidTarget(Reason.TARGET_UNSUPPORTED, f"typs {', '.join(sorted(typs))}")
    return typs.pop()


def _not_granted(detail: str) -> InvalidTarget:
    return InvalidTarget(Reason.TARGET_NOT_GRANTED, detail)
