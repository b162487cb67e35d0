"""Invariant 13 for security events: whatever an issuer signs is an event about its own subject, or a typed refusal."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.model.security_event import BY_URI, OF_STREAMS, SecurityEvent
from federation.model.trust import EventStream
from federation.oauth.errors import InvalidRequest
from federation.verification.security_events import SecurityEventVerifier
from tests.support.issuer_world import BRIDGE, IDP, NOW, trusted, world
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed

TYPES = frozenset(event.value for event in BY_URI.values())
WORLD = world(trusted(events=EventStream(TYPES)))
VERIFIER = SecurityEventVerifier(WORLD.directory, WORLD.keys, BRIDGE, WORLD.clock)
SIMPLE = st.one_of(st.none(), st.booleans(), st.integers(-1, 2**40), st.text(max_size=8))
JSON = st.recursive(
    SIMPLE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
NAMED = st.fixed_dictionaries(
    {"format": st.sampled_from(["iss_sub", "opaque", "complex", "email"])},
    optional={"iss": st.sampled_from([IDP, "https://other.example.com"]), "sub": SIMPLE, "id": SIMPLE, "user": JSON},
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "iss": st.sampled_from([IDP, "x"]),
        "aud": st.sampled_from([BRIDGE, [BRIDGE], "x"]),
        "jti": SIMPLE,
        "iat": st.sampled_from([NOW - 60, NOW - 10**6, NOW + 10**6]) | SIMPLE,
        "exp": SIMPLE,
        "sub": SIMPLE,
        "sub_id": NAMED | JSON,
        "events": st.dictionaries(st.sampled_from([*BY_URI, *OF_STREAMS, "x"]), JSON, max_size=2) | JSON,
    },
)
GOOD: dict[str, Any] = {
    "iss": IDP,
    "aud": BRIDGE,
    "jti": "set-1",
    "iat": NOW,
    "sub_id": {"format": "opaque", "id": "worker"},
    "events": {next(iter(BY_URI)): {}},
}


@settings(max_examples=150, deadline=None)
@given(CHANGES, st.sets(st.sampled_from(sorted(GOOD)), max_size=1))
def test_whatever_an_issuer_signs_is_about_its_own_subject_or_refused(changes: dict[str, Any], gone: set[str]) -> None:
    key, kept = rsa_key(), {name: value for name, value in GOOD.items() if name not in gone}
    claims = {**kept, **(changes if len(changes) < 4 else {})}
    text = signed({"alg": "RS256", "kid": key.kid, "typ": "secevent+jwt"}, claims, key)
    try:
        event = VERIFIER.verify(text)
    except InvalidRequest:
        return
    assert_is_meant(event, claims)


def assert_is_meant(event: SecurityEvent, claims: dict[str, Any]) -> None:
    assert claims.keys().isdisjoint({"exp", "sub"})
    assert (claims["iss"], event.jti) == (IDP, claims["jti"])
    assert list(claims["events"]) == [event.uri]
    if event.type is not None:
        named: Any = claims["sub_id"] if "sub_id" in claims else event.payload["subject"]
        named = named["user"] if named["format"] == "complex" else named
        assert event.subject == named["sub" if named["format"] == "iss_sub" else "id"]
        assert named.get("iss", IDP) == IDP
