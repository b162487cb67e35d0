"""Which target APIs a request names, and what the mapping grants there. All or nothing (RFC 8707 section 2)."""

from dataclasses import dataclass

from federation.model.trust import Audience, Grant, Mapping
from federation.oauth.errors import InvalidTarget
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest


@dataclass(frozen=True, slots=True)
class Target:
    """Proof that the mapping grants something at this audience."""

    audience: Audience
    grant: Grant

    @property
    def scopes(self) -> frozenset[str]:
        """The ceiling: what the grant allows and the audience still has."""
        return frozenset(self.grant.scopes) & frozenset(self.audience.scopes)


def resolve_targets(
    request: ExchangeRequest, audiences: tuple[Audience, ...], mapping: Mapping, tenant: str | None
) -> tuple[Target, ...]:
    """Every audience that `audience` and `resource` name, once each; raises InvalidTarget if any is not granted.

    A caller cannot tell an unknown target from a forbidden one. `tenant` is the subject's.
    """
    named = [_named(name, audiences, "id") for name in request.audiences]
    named += [_named(name, audiences, "resource") for name in request.resources]
    if not named:
        raise InvalidTarget(Reason.MISSING_TARGET)
    return tuple(_granted(audience, mapping, tenant) for audience in dict.fromkeys(named))


def _named(name: str, audiences: tuple[Audience, ...], attribute: str) -> Audience:
    found = [audience for audience in audiences if getattr(audience, attribute) == name]
    if len(found) != 1:
        raise InvalidTarget(Reason.TARGET_NOT_GRANTED, f"{len(found)} audiences have that {attribute}")
    return found[0]


def _granted(audience: Audience, mapping: Mapping, tenant: str | None) -> Target:
    if not audience.enabled:
        raise InvalidTarget(Reason.TARGET_NOT_GRANTED, f"audience {audience.id} is disabled")
    if audience.tenant is not None and audience.tenant != tenant:
        raise InvalidTarget(Reason.TARGET_NOT_GRANTED, f"audience {audience.id} belongs to another tenant")
    if audience.token_format != "jwt" or audience.sender_constraint != "none":
        raise InvalidTarget(Reason.TARGET_UNSUPPORTED, f"audience {audience.id}")
    return Target(audience, _only_grant(audience, mapping))


def _only_grant(audience: Audience, mapping: Mapping) -> Grant:
    grants = [grant for grant in mapping.grants if grant.audience == audience.id]
    if len(grants) != 1:
        raise InvalidTarget(
            Reason.TARGET_NOT_GRANTED, f"mapping {mapping.id} has {len(grants)} grants for audience {audience.id}"
        )
    return grants[0]
