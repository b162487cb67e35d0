"""JWTs of the bridge, verified with its published keys."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias

import jwt

from federation.oauth.errors import InvalidToken, TemporarilyUnavailable
from federation.oauth.metadata import JWKS_PATH
from federation.oauth.reasons import Reason
from federation.resource_server.fetch import Fetch

ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
FRESH = 300.0
"""Seconds for which the keys are not asked for again."""
COOL_DOWN = 10.0
"""Seconds between two looks for a key that is not known."""

Claims: TypeAlias = Mapping[str, Any]


def read_keys(body: bytes) -> dict[str, jwt.PyJWK]:
    """The keys of a JWK Set with which a bridge may sign, by their `kid`; raises ValueError for what is none."""
    try:
        jwks = json.loads(body)
        return {jwk["kid"]: jwt.PyJWK(jwk) for jwk in jwks["keys"] if jwk.get("alg") in ALGORITHMS}
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError, jwt.PyJWTError) as error:
        raise ValueError("no JWK Set of a bridge") from error


@dataclass(slots=True)
class BridgeKeys:
    """The bridge's keys. Those of before hold on while it cannot be reached (ATTACKS F15).

    Safe to share between threads.
    """

    issuer: str
    fetch: Fetch
    now: Callable[[], float]
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict, init=False)
    _tried_at: float = field(default=float("-inf"), init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def key(self, kid: object) -> jwt.PyJWK:
        """Raises InvalidToken for a stranger, TemporarilyUnavailable where nothing is known of any key."""
        with self._lock:
            age = self.now() - self._tried_at
            if not 0 <= age <= FRESH or (kid not in self._keys and age > COOL_DOWN):
                self._reload()
            if not self._keys:
                raise TemporarilyUnavailable(Reason.ISSUER_KEYS_UNAVAILABLE)
            if not isinstance(kid, str) or kid not in self._keys:
                raise InvalidToken(Reason.UNKNOWN_KEY)
            return self._keys[kid]

    def _reload(self) -> None:
        self._tried_at = self.now()
        try:
            found = read_keys(self.fetch(self.issuer + JWKS_PATH))
        except (OSError, ValueError):
            return
        self._keys = found or self._keys


@dataclass(frozen=True, slots=True)
class BridgeJwts:
    """Verifies what the bridge signed. `leeway`: seconds by which two clocks may differ."""

    keys: BridgeKeys
    leeway: float = 0.0

    def verify(self, token: str, typ: str, required: tuple[str, ...], audience: str | None = None) -> Claims:
        """The claims of a JWT of that `typ`; raises InvalidToken or TemporarilyUnavailable.

        Times are judged by the keys' clock, and `aud` where an audience is named.
        """
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, RecursionError, ValueError) as error:  # text that has no UTF-8, among others
            raise InvalidToken(Reason.MALFORMED_TOKEN) from error
        if str(header.get("typ", "")).lower().removeprefix("application/") != typ:
            raise InvalidToken(Reason.WRONG_TOKEN_TYP)
        key = self.keys.key(header.get("kid"))
        claims = _decode(token, key, required, self.keys.issuer, audience)
        self._check_times(claims)
        return claims

    def _check_times(self, claims: Claims) -> None:
        now, times = self.keys.now(), (claims["exp"], claims["iat"])
        if not all(isinstance(time, int) and not isinstance(time, bool) for time in times):
            raise InvalidToken(Reason.MALFORMED_CLAIMS)
        if claims["exp"] <= now - self.leeway:
            raise InvalidToken(Reason.TOKEN_EXPIRED)
        if claims["iat"] > now + self.leeway:
            raise InvalidToken(Reason.TOKEN_NOT_YET_VALID)


def _decode(token: str, key: jwt.PyJWK, required: tuple[str, ...], issuer: str, audience: str | None) -> Claims:
    """The key's own algorithm is the only one; times are checked by our clock instead of PyJWT's."""
    options: Any = {
        "require": list(required),
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
        "verify_aud": audience is not None,
    }
    try:
        claims: Claims = jwt.decode(
            token, key.key, algorithms=[key.algorithm_name], audience=audience, issuer=issuer, options=options
        )
    except jwt.InvalidSignatureError as error:
        raise InvalidToken(Reason.BAD_SIGNATURE) from error
    except jwt.InvalidAudienceError as error:
        raise InvalidToken(Reason.WRONG_AUDIENCE) from error
    except jwt.InvalidIssuerError as error:
        raise InvalidToken(Reason.UNTRUSTED_ISSUER) from error
    except jwt.PyJWTError as error:
        raise InvalidToken(Reason.MALFORMED_CLAIMS) from error
    return claims
