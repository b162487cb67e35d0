"""Which tokens were revoked, by the bridge's signed lists (draft-ietf-oauth-status-list section 8.3)."""

from dataclasses import dataclass, field
from threading import Lock

from federation.model.status import PATH, SIZE
from federation.model.status_list import NotAStatusList, StatusList, read_status_list
from federation.oauth.errors import InvalidToken, OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.resource_server.jwts import BridgeJwts, Claims

TYP = "statuslist+jwt"
REQUIRED = ("iss", "sub", "iat", "exp", "ttl", "status_list")
LONGEST_TTL = 60
"""Seconds, whatever a list says."""
MAX_LISTS = 4
"""Tokens that live now end in two different hours."""


@dataclass(frozen=True, slots=True)
class _Held:
    list: StatusList
    fresh_until: float
    expires_at: float


@dataclass(slots=True)
class StatusLists:
    """Fetches a list at most once in the seconds that it allows (`ttl`). Safe to share between threads.

    `max_stale`: for how many seconds more a list may stand in while no newer one can be had; 0: not at all. Beyond its
    `exp` no list is believed.
    """

    jwts: BridgeJwts
    max_stale: float = 0.0
    _held: dict[str, _Held] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def check(self, claims: Claims) -> None:
        """Raises InvalidToken for a token that was revoked, TemporarilyUnavailable if that cannot be told now."""
        uri, index = self._place(claims)
        if self._current(uri).holds((index,)):
            raise InvalidToken(Reason.TOKEN_REVOKED)

    def _place(self, claims: Claims) -> tuple[str, int]:
        """Where the token's bit is: in a list of the same bridge."""
        status = claims.get("status")
        place = status.get("status_list") if isinstance(status, dict) else None
        uri, index = (place.get("uri"), place.get("idx")) if isinstance(place, dict) else (None, None)
        known = isinstance(uri, str) and uri.startswith(self.jwts.keys.issuer + PATH)
        if not known or not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < SIZE:
            raise InvalidToken(Reason.MALFORMED_CLAIMS)
        return str(uri), index

    def _current(self, uri: str) -> StatusList:
        with self._lock:
            held, now = self._held.get(uri), self.jwts.keys.now()
            if held is None or now >= held.fresh_until:
                held = self._newer(uri, held, now)
            return held.list

    def _newer(self, uri: str, held: _Held | None, now: float) -> _Held:
        try:
            newer = self._fetched(uri, now)
        except (NotAStatusList, OSError, OAuthError, TypeError, KeyError) as error:
            if held is not None and now < min(held.expires_at, held.fresh_until + self.max_stale):
                return held
            raise TemporarilyUnavailable(Reason.STATUS_UNAVAILABLE) from error
        while len(self._held) >= MAX_LISTS and uri not in self._held:
            del self._held[min(self._held, key=lambda other: self._held[other].expires_at)]
        self._held[uri] = newer
        return newer

    def _fetched(self, uri: str, now: float) -> _Held:
        text = self.jwts.keys.fetch(uri).decode("ascii", "replace")
        claims = self.jwts.verify(text, TYP, REQUIRED)
        if claims["sub"] != uri or claims["status_list"]["bits"] != 1:
            raise NotAStatusList("it is another list")
        ttl = min(LONGEST_TTL, max(1, int(claims["ttl"])))
        return _Held(read_status_list(claims["status_list"]["lst"]), now + ttl, claims["exp"])
