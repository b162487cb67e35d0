"""An issuer that publishes its keys on the web, and a world in which time passes."""

import pytest

from federation.model.trust import Issuer, IssuerKeys
from federation.oauth.errors import OAuthError
from federation.oauth.reasons import Reason
from tests.support.fake_fetcher import FakeFetcher
from tests.support.issuer_world import JWKS_URI, World, claims, jwks, token, trusted, world
from tests.support.jose_keys import JoseKey, rsa_key

OLD, NEW = rsa_key("old"), rsa_key("new")
UNAVAILABLE = Reason.ISSUER_KEYS_UNAVAILABLE


def online(**changes: object) -> Issuer:
    return trusted(**{"keys": IssuerKeys(jwks_uri=JWKS_URI), **changes})


def only(issuer: Issuer) -> World:
    """A world in which nobody else is trusted, and which publishes OLD."""
    return world(issuer, web=FakeFetcher({JWKS_URI: jwks(OLD)}))


def publishing(*keys: JoseKey) -> World:
    return world(online(), web=FakeFetcher({JWKS_URI: jwks(*(keys or (OLD,)))}))


def at(w: World, seconds: float, *keys: JoseKey) -> World:
    """The same world later; `keys`: what the issuer publishes from now on."""
    w.clock.advance(seconds)
    if keys:
        publish(w, jwks(*keys))
    return w


def publish(w: World, document: object) -> None:
    assert isinstance(w.web, FakeFetcher)
    w.web.documents[JWKS_URI] = document


def take_offline(w: World) -> None:
    assert isinstance(w.web, FakeFetcher)
    w.web.documents.clear()


def old_token(w: World) -> str:
    return fresh_token(w, OLD)


def fresh_token(w: World, key: JoseKey) -> str:
    now = int(w.clock.now())
    return token(claims(iat=now, exp=now + 300), key=key)


def unknown(number: int) -> str:
    return token(header={"alg": "RS256", "kid": f"flood-{number}"})


def refusal_after_any_fetch(w: World, text: str) -> Reason:
    with pytest.raises(OAuthError) as refused:
        w.verify(text)
    return refused.value.reason
