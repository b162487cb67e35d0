"""A Service: signed afresh for each attempt, tried again where that helps."""

from binascii import hexlify
from collections.abc import Callable
from os import urandom
from typing import TypeAlias

from msgspec import Struct, field

from federation.aws.errors import AwsError, AwsRefused, AwsUnreachable
from federation.aws.items import Pause, full_jitter
from federation.aws.lean.answer import HttpAnswer
from federation.aws.lean.codec import decode, encode
from federation.aws.lean.credentials import CredentialSource
from federation.aws.lean.retries import COST, RetryBudget, cost_of
from federation.aws.lean.signing import Credentials, RequestSigner, time_stamp
from federation.aws.lean.skew import SkewedClock
from federation.aws.lean.transport import Pending, StaleConnection, Transport
from federation.aws.service import Answer, Started

USER_AGENT = "federation-bridge"
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"})
"""The credentials are not good any more."""

AttemptFailed: TypeAlias = Callable[[str, AwsError], None]
"""Told of each attempt that came to nothing: the service's name, and why."""
TraceId: TypeAlias = Callable[[], str]
"""What the header `x-amzn-trace-id` says; empty: there is none."""


class Dialect(Struct, frozen=True):
    """How a service speaks JSON. `blobs`: top-level members of its answers that are bytes."""

    name: str
    target: str
    content_type: str
    attempts: int
    blobs: frozenset[str] = frozenset()


DYNAMODB = Dialect("dynamodb", "DynamoDB_20120810", "application/x-amz-json-1.0", attempts=3)
KMS = Dialect("kms", "TrentService", "application/x-amz-json-1.1", attempts=2, blobs=frozenset({"Signature"}))
"""A signature that is late is worth nothing: two attempts."""


class Shared(Struct, frozen=True):
    """What all services of one process have in common."""

    credentials: CredentialSource
    clock: SkewedClock = field(default_factory=SkewedClock)
    budget: RetryBudget = field(default_factory=RetryBudget)
    trace_id: TraceId = str
    pause: Pause = full_jitter
    failed: AttemptFailed = lambda _service, _error: None


class LeanService:
    """Safe for many threads."""

    def __init__(self, dialect: Dialect, host: str, region: str, transport: Transport, shared: Shared) -> None:
        self.dialect = dialect
        self.transport = transport
        self.shared = shared
        self._host = host
        self._signer = RequestSigner(region, dialect.name)

    def start(self, operation: str, request: Answer) -> Started:
        """Sends the first attempt."""
        call = _Call(self, operation, request)
        call.send()
        return call.answer

    def head(self, operation: str, body: bytes, credentials: Credentials) -> bytes:
        """Request line and headers of an attempt that is signed now."""
        dialect, stamp = self.dialect, time_stamp(int(self.shared.clock.now()))
        token = [("x-amz-security-token", credentials.token)] if credentials.token else []
        signed = [
            ("content-type", dialect.content_type),
            ("host", self._host),
            ("x-amz-date", stamp),
            *token,
            ("x-amz-target", f"{dialect.target}.{operation}"),
        ]
        authorization = self._signer.authorization("POST", signed, body, credentials, stamp)
        trace_id = self.shared.trace_id()
        unsigned = [
            ("authorization", authorization),
            ("content-length", str(len(body))),
            ("accept-encoding", "identity"),
            ("user-agent", USER_AGENT),
            *([("x-amzn-trace-id", trace_id)] if trace_id else []),
        ]
        lines = "".join([f"{name}: {value}\r\n" for name, value in signed + unsigned])
        return f"POST / HTTP/1.1\r\n{lines}\r\n".encode("latin-1")


class _Call:
    """One call and its attempts."""

    def __init__(self, service: LeanService, operation: str, request: Answer) -> None:
        self._service = service
        self._operation = operation
        self._request = request
        self._body = b""
        self._credentials: Credentials | None = None
        self._pending: Pending | None = None
        self._error: AwsError | None = None
        self._answer: HttpAnswer | None = None

    def send(self) -> None:
        """One attempt, signed now. What goes wrong is kept until the answer is waited for."""
        service, self._error = self._service, None
        try:
            if not self._body:
                self._body = encode(_repeatable(self._operation, self._request))
            self._credentials = service.shared.credentials.get()
            head = service.head(self._operation, self._body, self._credentials)
            self._pending = service.transport.send(head, self._body)
        except AwsError as error:
            self._error = error

    def answer(self) -> Answer:
        """What the last attempt brought."""
        shared, attempts, spent = self._service.shared, self._service.dialect.attempts, 0
        for attempt in range(1, attempts):
            try:
                answer = self._received()
            except (AwsRefused, AwsUnreachable) as error:
                spent = self._cost(error)
                if not spent or not shared.budget.spend(spent):
                    raise
                if not isinstance(error, StaleConnection):
                    shared.pause(attempt)
                self.send()
            else:
                shared.budget.succeeded(spent)
                return answer
        answer = self._received()
        shared.budget.succeeded(spent)
        return answer

    def _received(self) -> Answer:
        try:
            if self._error is not None:
                raise self._error
            assert self._pending is not None  # noqa: S101 - send() sets one of the two
            self._answer = self._pending()
            return decode(self._answer, self._service.dialect.blobs)
        except StaleConnection:
            raise  # it was closed while it rested, as connections are
        except AwsError as error:
            self._service.shared.failed(self._service.dialect.name, error)
            raise

    def _cost(self, error: AwsRefused | AwsUnreachable) -> int:
        """Of another attempt; 0: it would not help."""
        return cost_of(error) or (COST if isinstance(error, AwsRefused) and self._is_mended(error) else 0)

    def _is_mended(self, error: AwsRefused) -> bool:
        """Whether the next signature is made with another clock or other credentials."""
        shared, used = self._service.shared, self._credentials
        date = self._answer.headers.get("date", "") if self._answer else ""
        if shared.clock.learns(error, date):
            return True
        return error.code in EXPIRED and used is not None and shared.credentials.renew(used)


def _repeatable(operation: str, request: Answer) -> Answer:
    """A transaction has a token of its own, so that an attempt whose answer was lost is not applied twice."""
    if operation != "TransactWriteItems" or "ClientRequestToken" in request:
        return request
    return {**request, "ClientRequestToken": hexlify(urandom(16)).decode("ascii")}
