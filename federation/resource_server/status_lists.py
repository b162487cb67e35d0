"""Which tokens were revoked, by the bridge's signed lists (draft-ietf-oauth-status-list section 8.3)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from federation.model.status_list import PATH, SIZE, SPAN, NotAStatusList, StatusList, list_path, read_status_list
from federation.oauth.errors import InvalidToken
from federation.oauth.reasons import Reason
from federation.resource_server.forks import ForkLock
from federation.resource_server.jwts import BridgeJwts
from federation.resource_server.published import Document, Held
from federation.resource_server.waiting import settle

TYP = "statuslist+jwt"
REQUIRED = ("iss", "sub", "iat", "exp", "ttl", "status_list")
LONGEST_TTL = 60
"""Seconds, whatever a list says."""
MAX_LISTS = 8
"""Tokens that live now are in six of them at most."""


class Place(NamedTuple):
    """Where a token's bit is."""

    uri: str
    bit: int


class _Dated(msgspec.Struct, frozen=True):
    list: StatusList
    issued_at: int

    def after(self, before: "_Dated | None") -> "_Dated":
        """Bits are only ever set: a list that is no newer than the one before it takes nothing back."""
        if before is None or self.issued_at > before.issued_at:
            return self
        return _Dated(self.list.joined(before.list), before.issued_at)


class StatusLists:
    """Holds a list for the seconds that it allows (`ttl`). Safe to share between threads.

    `max_stale`: for how many seconds more a list may stand in while no newer one can be had; 0: not at all. Beyond its
    `exp` no list is believed.
    """

    def __init__(self, jwts: BridgeJwts, max_stale: float = 0.0) -> None:
        self.jwts = jwts
        self._max_stale = max_stale
        self._prefix = jwts.keys.issuer + PATH
        self._documents: dict[str, Document[_Dated]] = {}
        self._lock = ForkLock()

    def check(self, claims: Mapping[str, Any]) -> None:
        """Raises InvalidToken for a token that was revoked, TemporarilyUnavailable if that cannot be told now."""
        place = self.place(claims)
        settle(lambda: self.look(place))

    def place(self, claims: Mapping[str, Any]) -> Place:
        """Where the token's bit is: in a list of the same bridge; raises InvalidToken."""
        status = claims.get("status")
        place = status.get("status_list") if isinstance(status, dict) else None
        uri, index = (place.get("uri"), place.get("idx")) if isinstance(place, dict) else (None, None)
        if not isinstance(uri, str) or type(index) is not int:
            raise InvalidToken(Reason.MALFORMED_CLAIMS)
        return self.checked_place(uri, index)

    def checked_place(self, uri: str, index: int) -> Place:
        """The same for a token whose `status` has its form; raises InvalidToken."""
        if not uri.startswith(self._prefix) or not 0 <= index < SIZE:
            raise InvalidToken(Reason.MALFORMED_CLAIMS)
        return Place(uri, index)

    def look(self, place: Place) -> None:
        """Raises InvalidToken if the bit is set; NotHeld or TemporarilyUnavailable if that cannot be told."""
        document = self._documents.get(place.uri) or self._document(place.uri)
        if document.get().list.bits[place.bit >> 3] >> (place.bit & 7) & 1:
            raise InvalidToken(Reason.TOKEN_REVOKED)

    def prepare(self) -> None:
        """Ask for the lists of tokens that live now; raises what `look` raises but InvalidToken."""
        first = int(self.jwts.keys.now()) // SPAN  # most tokens live for minutes; others ask for theirs
        for each in (first, first + 1):
            uri = self.jwts.keys.issuer + list_path(each)
            (self._documents.get(uri) or self._document(uri)).get()

    def _document(self, uri: str) -> Document[_Dated]:
        published = self.jwts.keys.published
        with self._lock:
            if uri not in self._documents:
                full = len(self._documents) >= MAX_LISTS
                oldest = self._documents.pop(next(iter(self._documents))) if full else None
                document = Document(uri, published, lambda *read: self._read(uri, *read), Reason.STATUS_UNAVAILABLE)
                self._documents[uri] = published.hold(document, instead_of=oldest)
            return self._documents[uri]

    def _read(self, uri: str, body: bytes, now: float, before: _Dated | None) -> Held[_Dated]:
        claims = self.jwts.verify(body.decode("ascii", "replace"), TYP, REQUIRED)
        if claims["sub"] != uri or claims["status_list"]["bits"] != 1 or claims["exp"] <= now:
            raise NotAStatusList("it is another list, or one of before")
        ttl = min(LONGEST_TTL, max(1, int(claims["ttl"])))
        dated = _Dated(read_status_list(claims["status_list"]["lst"]), claims["iat"]).after(before)
        stands_in_until = min(now + ttl + self._max_stale, claims["exp"])
        return Held(dated, now, now + ttl / 2, min(now + ttl, claims["exp"]), stands_in_until)
