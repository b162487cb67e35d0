"""Who acts for whom (RFC 8693 sections 1.1, 4.1 and 4.4). A chain grows by exactly one, or stays as it is.

What counts is where the subject token comes from, never how the request is phrased: one of our own tokens is exchanged
by an actor who says who it is, so that leaving the actor out never yields a cleaner token than presenting it.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from federation.model.glob import any_matches
from federation.model.json import JsonObject
from federation.model.policy import PolicyAction
from federation.model.tokens import Acting, VerifiedToken
from federation.model.trust import Audience, MappedPrincipal
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.policy.ceilings import is_for

MAX_DEPTH = 4
"""Actors in a chain (ATTACKS H5)."""


class Chain(Struct, frozen=True):
    """Who will act with the token."""

    action: PolicyAction
    act: JsonObject | None = None
    """The claim; None: no actor."""
    current_actor: MappedPrincipal | None = None
    """The current actor."""
    actors: tuple[str, ...] = ()
    """Every principal that acts, the current actor first."""


def decide_chain(
    subject: VerifiedToken,
    mapped: MappedPrincipal,
    acting: Acting | None,
    *,
    impersonation: Callable[[str | None], bool],
) -> Chain:
    """The chain behind the subject token, with the actor in front if there is one; raises InvalidRequest.

    Of a foreign token no `act` and no `may_act` is ever copied: who says so is not us (ATTACKS H1).
    `impersonation`: whether any policy of the tenant's (or everybody's) lets one of our tokens be exchanged by somebody
    who does not say who it is. If one does, it is asked: by an action of its own, `impersonate`.
    """
    own = subject.own
    so_far = own.actors if own else ()
    inner = own.act if own else None
    if acting is not None:
        _check_actor(acting, mapped, so_far)
        sub = acting.mapped.principal
        act: JsonObject = {"sub": sub} if inner is None else {"sub": sub, "act": inner}
        return Chain("delegate", act, acting.mapped, (sub, *so_far))
    if own is None:
        return Chain("exchange")
    if not impersonation(mapped.issuer.tenant):
        raise InvalidRequest(Reason.ACTOR_REQUIRED, "one of our own tokens, without actor")
    return Chain("impersonate", inner, mapped.current_actor, so_far)


def _check_actor(acting: Acting, mapped: MappedPrincipal, so_far: Sequence[str]) -> None:
    """Refuses an actor that may not act here, each for its own reason."""
    actor = acting.mapped
    if "act" in acting.token.claims:
        # Who acts for the actor would be forgotten: the claim has room for one line of actors.
        raise _not_permitted("another actor acts for the actor already")
    if actor.principal == mapped.principal or actor.principal in so_far:
        raise InvalidRequest(Reason.CHAIN_CYCLE, f"{actor.principal} is in the chain already")
    if len(so_far) >= MAX_DEPTH:
        raise InvalidRequest(Reason.CHAIN_TOO_LONG, f"{len(so_far)} actors already")
    current_actor = mapped.delegator
    if not any_matches(current_actor.mapping.may_act, actor.principal):
        raise _not_permitted(f"may_act of mapping {current_actor.mapping.id} does not name {actor.principal}")
    # Principals of two tenants may have one name: the name alone permits no actor (ATTACKS H4).
    if not is_for(actor.issuer.tenant, mapped.issuer.tenant):
        raise _not_permitted(f"{actor.principal} is of tenant {actor.issuer.tenant}")


def check_actor_audience(acting: Acting | None, audiences: tuple[Audience, ...]) -> None:
    """Raises InvalidRequest for an actor token of ours that was not made for presenting it here.

    Every service receives tokens of its callers. If it could act with them, each caller would lend it its identity.
    So an actor token is for the audience whose `resource` is our own URL, as foreign ones are for us (ATTACKS C6, H8).
    """
    if acting is None or acting.token.own is None:
        return
    door = acting.token.issuer.issuer
    ours = {name for audience in audiences if audience.resource == door for name in audience.names}
    if not ours.issuperset(acting.token.own.audiences):
        raise InvalidRequest(Reason.WRONG_AUDIENCE, "an actor token of ours that is for another audience")


def _not_permitted(detail: str) -> InvalidRequest:
    return InvalidRequest(Reason.ACTOR_NOT_PERMITTED, detail)
