"""Asks every issuer for its keys before any token needs them (fault F18).

Issuers are asked side by side, each with its own limits of time, so a slow one holds up no other. A bad answer
never replaces a good one: the rules are those of the first level, and so are the values.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from hashlib import sha256
from math import inf
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from federation.model.issuer_keys import IssuerKeySet, KeptKeys
from federation.model.trust import Issuer
from federation.oauth.errors import OAuthError
from federation.ports import AllIssuers, Clock, FetchFailed, IssuerKeyStore, VersionConflict
from federation.verification.discovery import KeySource, KeysRefused, PublishedKeys, are_fetched
from federation.verification.held_keys import HeldKeys
from federation.verification.key_cache import Alarm, log_alarm
from federation.verification.second_level import fetched_anchor, last_fetched, pushed_or_first, shareable

WORKERS = 32
"""Issuers that are asked at a time."""
PATIENCE = 45.0
"""Seconds for a whole run; who has not been asked by then is asked among the first some other time."""
WARNED = 14
"""Days before the certificate of an issuer's host ends."""
Endings: TypeAlias = Callable[[int, int], Mapping[str, int]]
"""(now, within days) -> host -> days that its certificate is still valid."""


class Outcome(NamedTuple):
    """What a run found about one issuer."""

    failure: str = ""
    """Why its keys could not be fetched."""
    stale: bool = False
    """Its keys were not heard of for too long."""


class RefreshReport(Struct, frozen=True):
    """What a run did."""

    asked: int
    failed: Mapping[str, str]
    """Id of the Issuer document -> why its keys could not be fetched."""
    stale: tuple[str, ...]
    """Ids of issuers whose keys are older than they should be, or that have none."""
    left_out: int
    """Issuers for whom there was no time."""
    certificates_ending: Mapping[str, int]
    """Host -> whole days until the certificate ends by which it was believed."""


def _none_ends(_now: int, _within: int) -> Mapping[str, int]:
    return {}


class KeyRefresh(Struct, frozen=True):
    """Fetches what can be fetched, and looks after what is pushed."""

    issuers: AllIssuers
    source: KeySource
    fetched: IssuerKeyStore
    pushed: IssuerKeyStore
    clock: Clock
    alarm: Alarm = log_alarm
    patience: float = PATIENCE
    endings: Endings = _none_ends

    def run(self) -> RefreshReport:
        """One pass over the enabled issuers; raises what the directory of issuers raises."""
        work = self._work()
        pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="refresh")
        futures = {issuer.id: pool.submit(task, issuer) for issuer, task in work}
        wait(futures.values(), self.patience)
        pool.shutdown(wait=False, cancel_futures=True)
        return self._report(futures)

    def _work(self) -> Sequence[tuple[Issuer, Callable[[Issuer], Outcome]]]:
        """In an order that differs from run to run, so that no issuer is left out for ever."""
        run = self.clock.now()
        issuers = sorted(self.issuers.issuers(), key=lambda issuer: sha256(f"{run} {issuer.id}".encode()).digest())
        enabled = [issuer for issuer in issuers if issuer.enabled]
        fetched = [(issuer, self._refresh) for issuer in enabled if are_fetched(issuer.keys)]
        return [*fetched, *((issuer, self._look_after) for issuer in enabled if issuer.keys.pushed)]

    def _report(self, futures: Mapping[str, Future[Outcome]]) -> RefreshReport:
        done = {id_: future for id_, future in sorted(futures.items()) if future.done() and not future.cancelled()}
        outcomes = {id_: _outcome(future) for id_, future in done.items()}
        return RefreshReport(
            asked=len(outcomes),
            failed={id_: outcome.failure for id_, outcome in outcomes.items() if outcome.failure},
            stale=tuple(id_ for id_, outcome in outcomes.items() if outcome.stale),
            left_out=len(futures) - len(outcomes),
            certificates_ending=self.endings(int(self.clock.now()), WARNED),
        )

    def _refresh(self, issuer: Issuer) -> Outcome:
        kept = self.fetched.load(issuer.id)
        held = self._held(issuer, kept)
        try:
            published = self.source.load(issuer, held.origin)
            renewed, oddities = held.renewed(published, self.clock.now())
        except (FetchFailed, KeysRefused) as error:
            return Outcome(self._told(issuer, error), stale=not held.is_fresh(self.clock.now()))
        for oddity in oddities:
            self.alarm(issuer.id, oddity)
        self._save(_as_kept(issuer, renewed, published), kept.tag)
        return Outcome()

    def _held(self, issuer: Issuer, kept: KeptKeys) -> HeldKeys:
        none = HeldKeys.none_of(issuer)
        try:
            shared = last_fetched(issuer, kept.keys)
        except KeysRefused as error:
            self.alarm(issuer.id, str(error))
            return none
        return none if shared is None else none.adopting(shared, self.clock.now())

    def _told(self, issuer: Issuer, error: FetchFailed | KeysRefused) -> str:
        """An issuer that cannot be reached is for the metrics; one that says what must not be used is for a person."""
        if isinstance(error, KeysRefused):
            self.alarm(issuer.id, str(error))
        return str(error)

    def _save(self, keys: IssuerKeySet, tag: str) -> None:
        try:
            self.fetched.save(keys, tag)
        except VersionConflict:
            return  # another run was quicker, and asked just as lately

    def _look_after(self, issuer: Issuer) -> Outcome:
        """Pushed keys are only ever news: whether a push is overdue, or none has come at all."""
        now = self.clock.now()
        shared = pushed_or_first(issuer, self.pushed.load(issuer.id).keys, now)
        if shared is None:
            return Outcome(stale=True)
        return Outcome(stale=shared.as_of is not None and now - shared.as_of > issuer.keys.pushed_max_age)


def _as_kept(issuer: Issuer, held: HeldKeys, published: PublishedKeys) -> IssuerKeySet:
    return IssuerKeySet(
        issuer=issuer.id,
        anchor=fetched_anchor(issuer),
        jwks=shareable(published.jwks),
        as_of=int(held.fetched_at),
        origin=held.origin,
        replaced_at=None if held.replaced_at == -inf else int(held.replaced_at),
    )


def _outcome(future: Future[Outcome]) -> Outcome:
    """One issuer's failure of whatever kind is its own."""
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, (OAuthError, KeysRefused)):
        return Outcome(str(error), stale=True)
    return Outcome(type(error).__name__, stale=True)
