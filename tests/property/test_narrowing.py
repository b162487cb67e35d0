"""Whatever is asked, the decision never exceeds a ceiling (ATTACKS invariants 1-3)."""

import contextlib
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from federation.model.authorization import Authorization
from federation.model.binding import ProvenKeys
from federation.model.policy import PolicyDocuments
from federation.model.tokens import Caller
from federation.model.trust import Audience, Grant
from federation.oauth.errors import OAuthError
from federation.policy.authorizer import Authorizer
from federation.policy.decider import Decider
from federation.trust.risks import KnownRisks
from tests.support.trust_values import NOW, asking, audience, mapped, verified

SCOPES = ("a:read", "a:write", "b:read", "b")
some_scopes = st.lists(st.sampled_from(SCOPES), unique=True).map(tuple)
durations = st.integers(1, 100_000)
names = st.sampled_from(["one", "two", "three"])


@st.composite
def audiences(draw: st.DrawFn, name: str) -> Audience:
    return audience(
        name,
        scopes=draw(some_scopes),
        max_ttl=draw(durations),
        tenant=draw(st.sampled_from([None, "acme", "globex"])),
        enabled=draw(st.booleans()),
    )


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    return Grant(draw(names), draw(some_scopes), draw(some_scopes), draw(st.none() | durations))


NO_POLICIES = PolicyDocuments(0)


@dataclass(frozen=True)
class World:
    known: tuple[Audience, ...]

    def audiences(self) -> tuple[Audience, ...]:
        return self.known

    def policies(self) -> PolicyDocuments:
        return NO_POLICIES

    def now(self) -> float:
        return float(NOW)


@given(st.data())
def test_no_request_gets_more_than_its_ceilings(data: st.DataObject) -> None:
    known = tuple(data.draw(audiences(name)) for name in ("one", "two", "three"))
    granted = data.draw(st.lists(grants(), max_size=4))
    request = asking(*data.draw(st.lists(names, max_size=3)), scopes=data.draw(st.none() | some_scopes))
    subject = verified(expires_at=NOW + data.draw(st.integers(-100, 10_000)))
    world = World(known)
    with contextlib.suppress(OAuthError):
        decision = Authorizer(world, Decider(world), world, None, KnownRisks()).authorize(
            Caller(), ProvenKeys(), subject, None, mapped(*granted), request
        )
        check(decision, known, granted)
        assert decision.expires_at <= subject.expires_at
        assert set(decision.audiences) == set(request.audiences)
        assert request.scopes is None or decision.scopes == request.scopes


def check(decision: Authorization, known: tuple[Audience, ...], granted: list[Grant]) -> None:
    assert 30 <= decision.lifetime <= 3600
    assert decision.audiences
    for name in decision.audiences:
        target = next(one for one in known if one.id == name)
        (grant,) = [one for one in granted if one.audience == name]
        assert target.enabled
        assert target.tenant in {None, "acme"}
        assert set(decision.scopes) <= set(grant.scopes) & set(target.scopes)
        assert decision.lifetime <= min(target.max_ttl, grant.max_ttl or 300)
