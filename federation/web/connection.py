"""A connection to the very address that was checked, so that no second look-up can bend it (ATTACKS N2)."""

import socket
import ssl
from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec import Struct

from federation.web.authorities import system_trust
from federation.web.deadline import Deadline
from federation.web.target import Target, TargetRefused, is_loopback, is_public, resolve

CONNECT = 1.0
"""Seconds for one attempt to connect."""
MAX_ATTEMPTS = 4

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""(host, port) -> addresses; raises OSError."""
Connect: TypeAlias = Callable[[tuple[str, int], float], socket.socket]
"""((address, port), seconds) -> a connected socket; raises OSError."""
Note: TypeAlias = Callable[[str, ssl.SSLSocket], None]
"""(host, connection whose certificate was verified) -> nothing; raises nothing."""


def _ignore(_host: str, _connection: ssl.SSLSocket) -> None:
    """Most callers do not look at certificates themselves."""


class Connector(Struct, frozen=True):
    """Opens connections. The parts are parameters, so that tests can stand on the other side."""

    resolve: Resolve = resolve
    connect: Connect = socket.create_connection
    trust: Callable[[], ssl.SSLContext] = system_trust
    note: Note = _ignore

    def open(self, target: Target, deadline: Deadline) -> socket.socket:
        """A connection to `target`, TLS and host name verified; raises OSError, ssl.SSLError or TargetRefused."""
        connection = self._reach(self._addresses(target, deadline), target.port, deadline)
        if target.scheme == "http":
            return connection
        connection.settimeout(deadline.remaining())
        try:
            secured = self.trust().wrap_socket(connection, server_hostname=target.host)
        except OSError:
            connection.close()
            raise
        self.note(target.host, secured)
        return secured

    def _addresses(self, target: Target, deadline: Deadline) -> Sequence[str]:
        """Every address counts: a name with one good and one bad address is being bent."""
        addresses = deadline.bound(lambda: self.resolve(target.host, target.port))
        accepts = is_loopback if target.is_loopback else is_public
        if not addresses or not all(map(accepts, addresses)):
            raise TargetRefused("the host's address is not on the open internet")
        return addresses[:MAX_ATTEMPTS]

    def _reach(self, addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
        *alternatives, last = addresses
        for address in alternatives:
            try:
                return self.connect((address, port), min(CONNECT, deadline.remaining()))
            except OSError:
                continue
        return self.connect((last, port), min(CONNECT, deadline.remaining()))
