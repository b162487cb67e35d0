"""HTTP/1.1 over kept connections, one call at a time on each."""

import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeAlias

from msgspec import Struct

from federation.aws.errors import AwsUnreachable
from federation.aws.lean.answer import AnswerReader, Closed, HttpAnswer, Malformed

CONNECT_TIMEOUT = 1.0
READ_TIMEOUT = 1.0
"""Seconds, per attempt."""
IDLE = 50.0
"""Seconds that a connection may rest: AWS closes at a minute, and a frozen function does not hear of it."""
KEPT = 16
_LEAST = 0.01
"""Seconds to look for what has come already."""

Pending: TypeAlias = Callable[[], HttpAnswer]
"""Waits for the answer; raises AwsUnreachable."""
Trust: TypeAlias = Callable[[], ssl.SSLContext]


class StaleConnection(AwsUnreachable):
    """A kept connection was closed while it rested: a fresh one is worth an attempt at once."""


class Transport(Protocol):
    """Carries signed requests to one endpoint."""

    def send(self, head: bytes, body: bytes) -> Pending:
        """`head`: request line and headers, with the empty line. Raises AwsUnreachable."""
        ...

    def close(self) -> None:
        """Closes every connection that rests. Calls under way go on."""
        ...


class Place(Struct, frozen=True):
    """Where a service is."""

    host: str
    port: int
    secure: bool

    @property
    def authority(self) -> str:
        """The Host header."""
        usual = 443 if self.secure else 80
        return self.host if self.port == usual else f"{self.host}:{self.port}"


class SocketTransport:
    """Keeps what it opened. Safe for many threads. `trust` makes the TLS context when the first connection needs it."""

    def __init__(
        self, place: Place, trust: Trust, connect_timeout: float = CONNECT_TIMEOUT, read_timeout: float = READ_TIMEOUT
    ) -> None:
        self._place = place
        self._trust = trust
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._resting: deque[_Connection] = deque(maxlen=KEPT)

    def send(self, head: bytes, body: bytes) -> Pending:
        """On the connection that rested least, or a new one."""
        connection = self._take()
        try:
            connection.send(head + body)
        except OSError as error:
            raise self._failed(connection, error) from error
        return lambda: self._answer(connection)

    def close(self) -> None:
        """Closes every connection that rests. Calls under way go on."""
        while self._resting:
            self._resting.pop().close()

    def _answer(self, connection: "_Connection") -> HttpAnswer:
        try:
            answer = connection.receive()
        except (OSError, Malformed, Closed) as error:
            raise self._failed(connection, error) from error
        if answer.kept:
            self._resting.append(connection)
        else:
            connection.close()
        return answer

    def _failed(self, connection: "_Connection", error: Exception) -> AwsUnreachable:
        """Whatever became of one that rested may have become of the others."""
        connection.close()
        if not connection.rested:
            return AwsUnreachable(type(error).__name__)
        self.close()
        lost = isinstance(error, Closed | ConnectionError | ssl.SSLError) and not connection.begun
        return StaleConnection(type(error).__name__) if lost else AwsUnreachable(type(error).__name__)

    def _take(self) -> "_Connection":
        while True:
            try:
                connection = self._resting.pop()
            except IndexError:
                return self._opened()
            if connection.is_usable():
                return connection
            connection.close()

    def _opened(self) -> "_Connection":
        place = self._place
        try:
            plain = socket.create_connection((place.host, place.port), self._connect_timeout)
        except OSError as error:
            raise AwsUnreachable(type(error).__name__) from error
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened = self._trust().wrap_socket(plain, server_hostname=place.host) if place.secure else plain
        except OSError as error:
            plain.close()
            raise AwsUnreachable(type(error).__name__) from error
        return _Connection(opened, self._read_timeout)


class _Connection:
    """One socket. `rested`: it has answered before."""

    def __init__(self, opened: socket.socket, read_timeout: float) -> None:
        self._socket = opened
        self._read_timeout = read_timeout
        self._reader = AnswerReader(self._receive)
        self._poll = select.poll()
        self._poll.register(opened, select.POLLIN | select.POLLHUP)
        self._deadline = 0.0
        self._used_at = 0.0
        self.rested = False

    @property
    def begun(self) -> bool:
        """Whether any part of the answer has come."""
        return self._reader.begun

    def is_usable(self) -> bool:
        """Not too old by the wall clock, which a frozen machine does not stop; and nothing has come unasked."""
        self.rested = True
        return 0 <= time.time() - self._used_at <= IDLE and not self._poll.poll(0)

    def send(self, message: bytes) -> None:
        """All of it; raises OSError."""
        self._socket.settimeout(self._read_timeout)
        self._socket.sendall(message)
        self._deadline = time.monotonic() + self._read_timeout

    def receive(self) -> HttpAnswer:
        """Raises OSError, Malformed or Closed."""
        answer = self._reader.read()
        self._used_at = answer.at
        return answer

    def close(self) -> None:
        """Whatever comes is not read any more."""
        self._socket.close()

    def _receive(self, size: int) -> bytes:
        """Many pieces have no more time than one."""
        self._socket.settimeout(max(self._deadline - time.monotonic(), _LEAST))
        return self._socket.recv(size)
