"""Who can reach what, as a tree that people and machines can read."""

from typing import Literal

from msgspec import Struct

from federation.model.json import JsonObject

Verdict = Literal["forbids", "may forbid", "demands", "may demand"]


class PolicySay(Struct, frozen=True):
    """A Cedar policy that may have a say."""

    policy: str
    number: int
    """Of the Cedar policy in its document, from 0."""
    verdict: Verdict
    """With `may`: it depends on circumstances."""
    head: str
    """What its head pins, as `principal in Tenant::acme, resource == Audience::risk-engine`; empty: anything."""
    obligations: JsonObject


class Party(Struct, frozen=True):
    """An identity by the rule that makes it."""

    mapping: str
    principal: str
    """A template where it holds `{`."""
    issuer: str
    """Id of the Issuer document."""
    tenant: str | None
    match: JsonObject
    """Claim path -> value: whom the rule fits."""
    dangers: tuple[str, ...] = ()
    """What is dangerous about the rule, in words."""


class Acts(Struct, frozen=True):
    """A party that may act, or for which another may act."""

    party: Party
    by: str
    """The `may_act` pattern that says so."""
    then: tuple["Acts", ...] = ()
    """The next in the chain."""
    cut: bool = False
    """There are more beside this one, beyond the limits of what is shown."""


class Reach(Struct, frozen=True):
    """A way to an audience."""

    party: Party
    audience: str
    scopes: tuple[str, ...]
    """Within the ceilings of mapping and audience."""
    clients: tuple[str, ...]
    """Registered clients through which it may be asked for, too; none is needed unless a policy says so."""
    policies: tuple[PolicySay, ...]
    usually: bool | None
    """Whether the policies permit it in neutral circumstances; None: the principal is not known before a token is."""
    actors: tuple[Acts, ...] = ()
    """Who may do that on its behalf."""
    dangers: tuple[str, ...] = ()
    """What is dangerous about reaching that audience, in words."""


class PrincipalReach(Struct, frozen=True):
    """All that a principal can reach: by itself, and by acting for others."""

    principal: str
    itself: tuple[Reach, ...]
    acts_for: tuple[Acts, ...]
