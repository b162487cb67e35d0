"""The least scope that was asked for and is granted: never everything, never silently trimmed."""

from federation.oauth.errors import InvalidScope
from federation.oauth.reasons import Reason
from federation.policy.ceilings import Target


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
