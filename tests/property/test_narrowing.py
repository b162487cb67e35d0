"""Whatever is asked, the decision never exceeds a ceiling (ATTACKS invariants 1-3)."""

import contextlib
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from federation.model.authorization import TokenTerms
from federation.model.binding import ProvenKeys
from federation.model.tokens import Caller, VerifiedToken
from federation.model.trust import Audience, Grant
from federation.oauth.errors import OAuthError
from federation.oauth.request import ExchangeRequest
from federation.policy.authorizer import Authorizer
from federation.policy.decider import Decider
from federation.trust.risks import KnownRisks
from tests.support.known_documents import KnownDocuments
from tests.support.policy_world import client, registered
from tests.support.trust_values import NOW, asking, audience, mapped, verified

SCOPES = ("a:read", "a:write", "b:read", "b")
some_scopes = st.lists(st.sampled_from(SCOPES), unique=True).map(tuple)
durations = st.integers(1, 100_000)
names = st.sampled_from(["one", "two", "three"])
constraints = st.sampled_from(["none", "none", "dpop", "mtls", "any"])
ends = st.integers(NOW - 10, NOW + 1000)
ACCEPTED: dict[str, set[str | None]] = {
    "none": {None, "jkt", "x5t#S256"},
    "dpop": {"jkt"},
    "mtls": {"x5t#S256"},
    "any": {"jkt", "x5t#S256"},
}


@st.composite
def audiences(draw: st.DrawFn, name: str) -> Audience:
    return audience(
        name,
        scopes=draw(some_scopes),
        max_ttl=draw(durations),
        tenant=draw(st.sampled_from([None, "acme", "globex"])),
        enabled=draw(st.booleans()),
        sender_constraint=draw(constraints),
    )


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    return Grant(draw(names), draw(some_scopes), draw(some_scopes), draw(st.none() | durations), draw(st.booleans()))


clients = st.builds(
    lambda audiences, scopes, constraint, tenant: client(
        audiences=audiences, scopes=scopes, sender_constraint=constraint, tenant=tenant
    ),
    st.lists(names, unique=True).map(tuple),
    some_scopes,
    constraints,
    st.sampled_from([None, "acme", "globex"]),
)
callers = st.none() | st.builds(lambda one, end: registered(one, expires_at=end), clients, st.none() | ends)
proven_keys = st.builds(
    ProvenKeys,
    dpop=st.sampled_from([None, "key"]),
    certificate=st.sampled_from([None, "leaf"]),
    certificate_expires_at=st.just(NOW + 400),
)


@dataclass(frozen=True)
class World(KnownDocuments):
    known: tuple[Audience, ...]

    def audiences(self) -> tuple[Audience, ...]:
        return self.known

    def now(self) -> float:
        return float(NOW)


@given(st.data())
def test_no_request_gets_more_than_its_ceilings(data: st.DataObject) -> None:
    known = tuple(data.draw(audiences(name)) for name in ("one", "two", "three"))
    granted = data.draw(st.lists(grants(), max_size=4))
    request = asking(*data.draw(st.lists(names, max_size=3)), scopes=data.draw(st.none() | some_scopes))
    subject = verified(expires_at=NOW + data.draw(st.integers(-100, 10_000)))
    caller, proven = data.draw(callers) or Caller(), data.draw(proven_keys)
    with contextlib.suppress(OAuthError):
        decision = decide(World(known), caller, proven, subject, granted, request)
        check(decision, known, granted)
        check_caller(decision, caller, proven, known)
        assert decision.expires_at <= subject.expires_at
        assert set(decision.audiences) == set(request.audiences)
        assert request.scopes is None or set(decision.scopes) <= set(request.scopes)
        assert trimmed(decision, granted) or request.scopes in (None, decision.scopes)


@given(st.data())
def test_narrowing_a_client_never_turns_a_refusal_into_a_token(data: st.DataObject) -> None:
    """Invariant 10. Scopes are named: what is left out would be another question."""
    known = tuple(audience(name, scopes=SCOPES) for name in ("one", "two", "three"))
    granted = [replace(grant, trim=False) for grant in data.draw(st.lists(grants(), max_size=4))]
    request = asking(*data.draw(st.lists(names, max_size=2)), scopes=data.draw(some_scopes))
    wide = data.draw(clients)
    narrow = replace(wide, audiences=wide.audiences[:1], scopes=wide.scopes[:1])
    if allowed(World(known), registered(narrow), granted, request):
        assert allowed(World(known), registered(wide), granted, request)


def decide(
    world: World,
    caller: Caller,
    proven: ProvenKeys,
    subject: VerifiedToken,
    granted: list[Grant],
    request: ExchangeRequest,
) -> TokenTerms:
    authorizer = Authorizer(world, Decider(world), world, None, KnownRisks(world))
    return authorizer.authorize(caller, proven, subject, None, mapped(*granted), request)


def allowed(world: World, caller: Caller, granted: list[Grant], request: ExchangeRequest) -> bool:
    try:
        decide(world, caller, ProvenKeys(dpop="key"), verified(), granted, request)
    except OAuthError:
        return False
    return True


def trimmed(decision: TokenTerms, granted: list[Grant]) -> bool:
    return all(grant.trim for grant in granted if grant.audience in decision.audiences)


def check_caller(decision: TokenTerms, caller: Caller, proven: ProvenKeys, known: tuple[Audience, ...]) -> None:
    bound = next(iter(decision.binding.claim)) if decision.binding else None
    assert bound != "jkt" or proven.dpop
    assert bound != "x5t#S256" or (proven.certificate and decision.expires_at <= NOW + 400)
    demands = [one.sender_constraint for one in known if one.id in decision.audiences]
    if caller.client is not None:
        demands.append(caller.client.sender_constraint)
        assert caller.client.tenant in {None, "acme"}
        assert set(decision.audiences) <= set(caller.client.audiences)
        assert set(decision.scopes) <= set(caller.client.scopes)
        assert caller.expires_at is None or decision.expires_at <= caller.expires_at
    assert all(bound in ACCEPTED[demand] for demand in demands)


def check(decision: TokenTerms, known: tuple[Audience, ...], granted: list[Grant]) -> None:
    assert 30 <= decision.lifetime <= 3600
    assert decision.audiences
    for name in decision.audiences:
        target = next(one for one in known if one.id == name)
        (grant,) = [one for one in granted if one.audience == name]
        assert target.enabled
        assert target.tenant in {None, "acme"}
        assert set(decision.scopes) <= set(grant.scopes) & set(target.scopes)
        assert decision.lifetime <= min(target.max_ttl, grant.max_ttl or 300)
