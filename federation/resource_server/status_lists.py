"""Which tokens were revoked, by the bridge's signed lists (draft-ietf-oauth-status-list section 8.3)."""

from dataclasses import dataclass, field, replace
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
COOL_DOWN = 1.0
"""Seconds between two looks for a list that cannot be had: whoever asks meanwhile does not wait for the next."""

_NOT_TO_BE_HAD = (OSError, OAuthError, KeyError, TypeError, ValueError)
"""Nobody answers, or not with the list."""


@dataclass(frozen=True, slots=True)
class _Held:
    list: StatusList
    issued_at: int
    fetched_at: float
    fresh_until: float
    expires_at: float

    def may_be_used(self, now: float, max_stale: float = 0.0) -> bool:
        """A clock that was set back tells nothing about age: then the answer is no."""
        return self.fetched_at <= now < self.fresh_until + max_stale

    def after(self, before: "_Held | None") -> "_Held":
        """Bits are only ever set: a list that is no newer than the one before it takes nothing back."""
        if before is None or self.issued_at > before.issued_at:
            return self
        return replace(self, list=self.list.joined(before.list), issued_at=before.issued_at)


@dataclass(slots=True)
class StatusLists:
    """Fetches a list at most once in the seconds that it allows (`ttl`). Safe to share between threads.

    `max_stale`: for how many seconds more a list may stand in while no newer one can be had; 0: not at all. Beyond its
    `exp` no list is believed.
    """

    jwts: BridgeJwts
    max_stale: float = 0.0
    _held: dict[str, _Held] = field(default_factory=dict, init=False)
    _failed: dict[str, float] = field(default_factory=dict, init=False)
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
            if held is None or not held.may_be_used(now):
                held = self._newer(uri, held, now)
            return held.list

    def _newer(self, uri: str, held: _Held | None, now: float) -> _Held:
        try:
            newer = self._fetched(uri, now).after(held)
        except _NOT_TO_BE_HAD as error:
            if held is not None and now < held.expires_at and held.may_be_used(now, self.max_stale):
                return held
            raise TemporarilyUnavailable(Reason.STATUS_UNAVAILABLE) from error
        while len(self._held) >= MAX_LISTS and uri not in self._held:
            del self._held[min(self._held, key=lambda other: self._held[other].expires_at)]
        self._held[uri] = newer
        return newer

    def _fetched(self, uri: str, now: float) -> _Held:
        if 0 <= now - self._failed.get(uri, float("-inf")) < COOL_DOWN:
            raise OSError("it could not be had a moment ago")
        try:
            return self._read(self.jwts.keys.fetch(uri), uri, now)
        except _NOT_TO_BE_HAD:
            later = self.jwts.keys.now()  # a look may take longer than the cool-down
            self._failed = {other: at for other, at in self._failed.items() if later - at < COOL_DOWN} | {uri: later}
            raise

    def _read(self, body: bytes, uri: str, now: float) -> _Held:
        claims = self.jwts.verify(body.decode("ascii", "replace"), TYP, REQUIRED)
        if claims["sub"] != uri or claims["status_list"]["bits"] != 1:
            raise NotAStatusList("it is another list")
        ttl = min(LONGEST_TTL, max(1, int(claims["ttl"])))
        return _Held(read_status_list(claims["status_list"]["lst"]), claims["iat"], now, now + ttl, claims["exp"])
