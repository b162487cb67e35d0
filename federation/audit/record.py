"""The audit record of one request. It fills up as the pipeline proves things, and is written on every path.

An allowed request's record is made durable by the commit, before the token leaves; a refused one goes to the
structured log when the pipeline ends. An unforeseen exception is a refusal too: `server_error`.
"""

import re
from datetime import UTC, datetime
from time import perf_counter
from traceback import extract_tb
from types import TracebackType
from typing import Self

from federation.audit.entry import (
    describe_acting,
    describe_actor,
    describe_client,
    describe_mapping,
    describe_parent,
    describe_proven,
    describe_request,
    describe_subject,
)
from federation.model.authorization import TokenTerms
from federation.model.binding import ProvenKeys
from federation.model.json import Json, JsonObject
from federation.model.own_claims import describe_terms
from federation.model.tokens import Acting, Caller, IssuedToken, VerifiedToken
from federation.model.trust import MappedPrincipal
from federation.oauth.errors import OAuthError, ServerError, TemporarilyUnavailable
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.ports import AuditLog, Clock

MAX_CALLER_TEXT = 64
_UNSAFE = re.compile(r"[^A-Za-z0-9._:/ ;()+=-]")


class AuditRecord:
    """What is known about a request so far; a context manager around the whole pipeline."""

    def __init__(self, http: HttpRequest, log: AuditLog, clock: Clock) -> None:
        self._http = http
        self._log = log
        self._clock = clock
        self.request: ExchangeRequest | None = None
        self.seconds: dict[str, float] = {}
        """Step -> how long it took, all decisions of the request together."""
        self._since = perf_counter()
        self.decide_anew()

    def decide_anew(self) -> None:
        """What is known from here on is what a decision proves from here on: one that was given up proves nothing."""
        self.client: Caller | None = None
        self.proven: ProvenKeys | None = None
        self.subject: VerifiedToken | None = None
        self.actor: VerifiedToken | None = None
        self.mapped: MappedPrincipal | None = None
        self.acting: Acting | None = None
        self.terms: TokenTerms | None = None
        self.issued: IssuedToken | None = None

    @property
    def correlation_id(self) -> str:
        """Names the request."""
        return self._http.correlation_id

    def done(self, step: str) -> None:
        """What was done since the step before took that long."""
        now = perf_counter()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._since
        self._since = now

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, Exception):
            return
        refusal = error if isinstance(error, OAuthError) else _unforeseen(error)
        self._log_refusal(refusal)
        if refusal is not error:
            raise refusal from error

    def allowed(self, jti: str, **of_the_token: Json) -> JsonObject:
        """The record of a token that is about to be released, with what only the minter knows of it."""
        return {**self._facts(), "outcome": "allow", "jti": jti, **of_the_token}

    def _log_refusal(self, refusal: OAuthError) -> None:
        """No record, no ordinary answer: a caller who is refused without trace could try for ever."""
        try:
            self._log.refused(self._refused(refusal))
        except Exception as error:
            raise TemporarilyUnavailable(Reason.AUDIT_UNAVAILABLE) from error

    def _refused(self, refusal: OAuthError) -> JsonObject:
        outcome = "error" if isinstance(refusal, ServerError) else "deny"
        return {
            **refusal.evidence,  # first, so that it takes no other member's place
            **self._facts(),
            "outcome": outcome,
            "error": refusal.error,
            "reason": refusal.reason.value,
            "detail": refusal.detail,
            "step": refusal.step,
            **_unverified(refusal),
        }

    def _facts(self) -> dict[str, Json]:
        return {
            "time": datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="milliseconds"),
            "correlation_id": self._http.correlation_id,
            **({"trace_id": self._http.trace_id} if self._http.trace_id else {}),
            "source_ip": self._http.source_ip,
            "caller_correlation_id": _caller_text(self._http, "x-correlation-id"),
            "user_agent": _caller_text(self._http, "user-agent"),
            **(describe_request(self.request) if self.request else {}),
            **(describe_client(self.client) if self.client else {}),
            **(describe_proven(self.proven) if self.proven else {}),
            **({**describe_subject(self.subject), **describe_parent(self.subject)} if self.subject else {}),
            **(describe_actor(self.actor) if self.actor else {}),
            **(describe_mapping(self.mapped) if self.mapped else {}),
            **(describe_acting(self.acting) if self.acting else {}),
            **(describe_terms(self.terms) if self.terms else {}),
        }


def _unverified(refusal: OAuthError) -> dict[str, Json]:
    """Whose document a refused token claims to rest on."""
    claimed = {"unverified_issuer": refusal.unverified_issuer, "unverified_tenant": refusal.unverified_tenant}
    return {name: value for name, value in claimed.items() if value}


def _caller_text(http: HttpRequest, header: str) -> str:
    """What the caller says of itself: cut short, and without a character that a log could stumble over."""
    return _UNSAFE.sub("?", http.headers.get(header, "")[:MAX_CALLER_TEXT])


def _unforeseen(error: Exception) -> ServerError:
    """The place of an unforeseen exception; never its message, which might quote a token."""
    frames = extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "unknown"
    return ServerError(Reason.INTERNAL_ERROR, f"{type(error).__name__} at {place}")
