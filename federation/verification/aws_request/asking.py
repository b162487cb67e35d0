"""How many requests wait for AWS at once, and when none asks: a request needs no valid signature to make us ask."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Lock

from federation.limits.sources import source_of
from federation.oauth.errors import TemporarilyUnavailable, TooManyRequests
from federation.oauth.reasons import Reason
from federation.ports import CallerIdentities, CallerIdentityAnswer, CallerIdentityRequest, Clock, FetchFailed
from federation.verification.held_keys import CLOSED, Circuit

PER_SOURCE = 2
"""Questions of one source address that wait at once."""
PER_PROCESS = 8
"""Questions of everybody that wait at once: well below the threads that serve everything else."""


class BoundedCallers:
    """Asks AWS within these limits. Safe for threads."""

    def __init__(self, callers: CallerIdentities, clock: Clock) -> None:
        self._callers = callers
        self._clock = clock
        self._lock = Lock()
        self._waiting: Counter[str] = Counter()
        self._circuits: dict[str, Circuit] = {}
        """Endpoint -> its failures; an endpoint that answers is not in it."""

    def ask(self, request: CallerIdentityRequest, source_ip: str) -> CallerIdentityAnswer:
        """Raises TooManyRequests, or TemporarilyUnavailable where AWS does not answer, or did not lately."""
        with self._place(source_of(source_ip)):
            self._check_circuit(request.endpoint)
            return self._judged(request)

    @contextmanager
    def _place(self, source: str) -> Iterator[None]:
        with self._lock:
            if self._waiting[source] >= PER_SOURCE:
                raise TooManyRequests(Reason.RATE_LIMITED, "its address waits for AWS already", retry_after=1)
            if self._waiting.total() >= PER_PROCESS:
                raise _unavailable("too many requests wait for AWS")
            self._waiting[source] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[source] -= 1
                if not self._waiting[source]:
                    del self._waiting[source]

    def _check_circuit(self, endpoint: str) -> None:
        if not self._circuits.get(endpoint, CLOSED).allows(self._clock.now()):
            raise _unavailable("AWS has not answered lately")

    def _judged(self, request: CallerIdentityRequest) -> CallerIdentityAnswer:
        """Only AWS's own silence and errors count against it: whatever it says to junk, it has answered."""
        try:
            answer = self._callers.ask(request)
        except FetchFailed as error:
            self._failed(request.endpoint)
            raise _unavailable(str(error)) from error
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._failed(request.endpoint)
        else:
            with self._lock:
                self._circuits.pop(request.endpoint, None)
        return answer

    def _failed(self, endpoint: str) -> None:
        with self._lock:
            self._circuits[endpoint] = self._circuits.get(endpoint, CLOSED).failed(self._clock.now())


def _unavailable(detail: str) -> TemporarilyUnavailable:
    return TemporarilyUnavailable(Reason.CALLER_IDENTITY_UNAVAILABLE, detail)
