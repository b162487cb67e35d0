"""A push of keys from its bytes to keys that are trusted, or to a typed refusal."""

from collections.abc import Callable
from contextlib import suppress
from math import inf

from msgspec import Struct

from federation.issuer_keys.pusher import Pusher, Pushers, PusherState, read_token
from federation.issuer_keys.record import PushRecord
from federation.issuer_keys.request import KeyPush, parse_push
from federation.issuer_keys.succession import Succession, Successors, check_pace, compare, read_successors
from federation.model.issuer_keys import IssuerKeySet
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidToken, OAuthError, TemporarilyUnavailable
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.ports import (
    AlreadyUsed,
    AuditLog,
    Clock,
    CurrentState,
    CurrentVersionsQuery,
    Identifiers,
    IssuerKeyStore,
    Ledger,
    VersionConflict,
)
from federation.verification.discovery import KeysRefused
from federation.verification.held_keys import SharedKeys
from federation.verification.key_cache import Alarm, log_alarm
from federation.verification.second_level import pushed_anchor, pushed_or_first


class PushKeys(Struct, frozen=True):
    """Takes the keys of an issuer that cannot be reached (DESIGN section 5)."""

    issuer: Callable[[str], Issuer | None]
    """By its id; nothing is remembered."""
    state: CurrentState
    pushed: IssuerKeyStore
    pushers: Pushers
    ledger: Ledger
    log: AuditLog
    clock: Clock
    identifiers: Identifiers
    check_source_rate: Callable[[str], None]
    """Whether anybody may come in from that source address now: what only looks like a token of an issuer costs several
    reads. Raises TooManyRequests."""
    alarm: Alarm = log_alarm

    def __call__(self, http: HttpRequest) -> None:
        """The keys are trusted and the record is durable; or raises an OAuthError, which has been recorded."""
        with PushRecord(http, self.log, self.clock) as record:
            self.check_source_rate(http.source_ip)
            record.push = push = parse_push(http)
            pusher, standing = self._authenticate(http, push)
            record.pusher = pusher
            record.successors = successors = read_successors(push.body, pusher.issuer)
            record.succession = succession = compare(standing.keys.keys if standing.keys else None, successors.keys)
            keys = self._succeed(pusher, standing, successors, succession)
            self._commit(record, pusher, keys, standing.tag)

    def _authenticate(self, http: HttpRequest, push: KeyPush) -> tuple[Pusher, PusherState]:
        read_token(push)  # before anything is read: junk is none
        admin = self.pushers.admit(http, push)
        standing = self._standing(push.issuer)
        return self.pushers.authenticate(admin, push, standing), standing

    def _standing(self, id_: str) -> PusherState:
        """Reads the store for every id, so that one that nobody has takes as long."""
        issuer = self.issuer(id_)
        kept = self.pushed.load(id_)
        keys = self._trusted(issuer, kept.keys) if issuer and issuer.keys.pushed else None
        return PusherState(issuer, keys, kept.tag, kept.keys.given_at if kept.keys else None)

    def _trusted(self, issuer: Issuer, kept: IssuerKeySet | None) -> SharedKeys | None:
        try:
            return pushed_or_first(issuer, kept, self.clock.now())
        except KeysRefused as error:
            self.alarm(issuer.id, f"its pushed keys: {error}")
            return None

    def _succeed(
        self, pusher: Pusher, standing: PusherState, successors: Successors, succession: Succession
    ) -> IssuerKeySet:
        """Continuity is the pusher's signature, or an admin's word, who may begin anew at any time."""
        now = self.clock.now()
        replaced_at = standing.keys.replaced_at if standing.keys else -inf
        if not pusher.is_admin:
            check_pace(succession, replaced_at, now)
        if succession.replaces_all:
            replaced_at = now
        return IssuerKeySet(
            issuer=pusher.issuer.id,
            anchor=pushed_anchor(pusher.issuer),
            jwks=successors.jwks,
            as_of=int(now),
            replaced_at=None if replaced_at == -inf else int(replaced_at),
            given_at=int(now) if pusher.is_admin else standing.given_at,
        )

    def _commit(self, record: PushRecord, pusher: Pusher, keys: IssuerKeySet, tag: str) -> None:
        """First the record and the token's one use, then the keys: none is trusted of which there is no trace."""
        self._check_current(pusher)
        entry = record.accepted(self.identifiers.new())
        try:
            self.ledger.commit(entry, pusher.uses)
        except AlreadyUsed as error:
            raise InvalidToken(Reason.TOKEN_REPLAYED, str(error)) from error
        if not self._saved(keys, tag):
            with suppress(OAuthError):
                self.ledger.discard(entry, pusher.uses, Reason.TRUST_CHANGED.value)
            raise TemporarilyUnavailable(Reason.TRUST_CHANGED, "other keys were pushed at the same time")
        if entry["keys_replaced"]:
            self.alarm(keys.issuer, "a push replaced all keys at once")

    def _check_current(self, pusher: Pusher) -> None:
        asked = CurrentVersionsQuery(documents=frozenset(document.ref for document in pusher.documents))
        current = self.state.standing(asked).versions
        if any(current.get(ref) != version for ref, version in pusher.documents):
            raise TemporarilyUnavailable(Reason.TRUST_CHANGED)

    def _saved(self, keys: IssuerKeySet, tag: str) -> bool:
        """False: another was quicker. A write whose answer was lost may be the one that was (fault F8)."""
        try:
            self.pushed.save(keys, tag)
        except VersionConflict:
            return self.pushed.load(keys.issuer).keys == keys
        return True
