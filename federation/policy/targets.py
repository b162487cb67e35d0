"""Which target APIs and scopes a request gets: what is granted there, all or nothing, and never more than it had."""

from collections.abc import Sequence

from federation.model.tokens import VerifiedToken
from federation.model.trust import Audience, Client, Issuer, Mapping
from federation.oauth.errors import InvalidRequest, InvalidScope, InvalidTarget
from federation.oauth.identifiers import AT_JWT, PLAIN_JWT, TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.oauth.steps import Step, at
from federation.policy.ceilings import Target, Way


def decide_scopes(requested: tuple[str, ...] | None, targets: tuple[Target, ...]) -> tuple[str, ...]:
    """The scopes of the token; raises InvalidScope.

    With several targets a scope must be granted at each of them: a token that works at two places must not carry a
    right from one to the other. Where the grant at every target says `trim`, what is above the ceilings is left out.
    """
    wanted = _defaults(targets) if requested is None else requested
    if all(target.grant.trim for target in targets):
        return _trimmed(wanted, targets)
    for target in targets:
        beyond = [scope for scope in wanted if scope not in target.scopes]
        if beyond:
            raise InvalidScope(Reason.SCOPE_NOT_GRANTED, f"{len(beyond)} scopes beyond audience {target.audience.id}")
    return wanted


def _trimmed(wanted: tuple[str, ...], targets: tuple[Target, ...]) -> tuple[str, ...]:
    ceiling = frozenset.intersection(*(target.scopes for target in targets))
    kept = tuple(scope for scope in wanted if scope in ceiling)
    if not kept:
        raise InvalidScope(Reason.SCOPE_NOT_GRANTED, f"none of {len(wanted)} scopes")
    return kept


def _defaults(targets: tuple[Target, ...]) -> tuple[str, ...]:
    defaults = {_default(target) for target in targets}
    if len(defaults) != 1:
        raise InvalidScope(Reason.SCOPE_REQUIRED, "the targets have different defaults")
    return defaults.pop()


def _default(target: Target) -> tuple[str, ...]:
    """The grant's `default_scopes`, or its only scope."""
    grant = target.grant
    if grant.default_scopes:
        return tuple(sorted(grant.default_scopes))
    if len(grant.scopes) == 1:
        return grant.scopes
    raise InvalidScope(Reason.SCOPE_REQUIRED, f"no default at audience {target.audience.id}")


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


def check_narrower(
    subject: VerifiedToken, scopes: Sequence[str], targets: Sequence[Target], *, asked_for: bool
) -> None:
    """Raises InvalidScope or InvalidTarget where the subject token is ours and has less.

    `asked_for`: the request names the scopes. What a grant trims is trimmed to its ceilings, never to this.
    """
    if subject.own is None:
        return
    if beyond := [scope for scope in scopes if scope not in subject.own.scopes]:
        reason = Reason.SCOPE_NOT_GRANTED if asked_for else Reason.SCOPE_REQUIRED
        raise InvalidScope(reason, f"{len(beyond)} scopes beyond the subject token")
    with at(Step.TARGETS):
        for target in targets:
            # A token that is for no environment in particular reaches none (ATTACKS I4).
            if target.audience.environment != subject.own.environment:
                detail = f"audience {target.audience.id} is not of environment {subject.own.environment}"
                raise InvalidTarget(Reason.TARGET_NOT_GRANTED, detail)
