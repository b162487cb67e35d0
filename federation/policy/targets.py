"""Which target APIs a request names, and what the mapping grants there. All or nothing (RFC 8707 section 2)."""

from collections.abc import Sequence

from federation.model.trust import Audience, Client, Issuer, Mapping
from federation.oauth.errors import InvalidRequest, InvalidTarget
from federation.oauth.identifiers import AT_JWT, PLAIN_JWT, TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.policy.ceilings import Target, Way


def resolve_targets(
    request: ExchangeRequest,
    audiences: tuple[Audience, ...],
    mapping: Mapping,
    issuers: tuple[Issuer, ...],
    client: Client | None = None,
) -> tuple[Target, ...]:
    """Every audience that `audience` and `resource` name, once each; raises InvalidTarget if any is not granted.

    A caller cannot tell an unknown target from a forbidden one. `issuers`: the subject's first, then the actors'.
    """
    named = [_named(name, audiences, "id") for name in request.audiences]
    named += [_named(name, audiences, "resource") for name in request.resources]
    if not named:
        raise InvalidTarget(Reason.MISSING_TARGET)
    distinct = {audience.id: audience for audience in named}
    return tuple(_granted(Way(audience, mapping, issuers, client)) for audience in distinct.values())


def _named(name: str, audiences: tuple[Audience, ...], attribute: str) -> Audience:
    found = [audience for audience in audiences if getattr(audience, attribute) == name]
    if len(found) != 1:
        raise _not_granted(f"{len(found)} audiences have that {attribute}")
    return found[0]


def _granted(way: Way) -> Target:
    target = way.target
    if target is None:
        raise _not_granted(next(way.barriers()).detail)
    return target


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
