"""An HTTP request and response at the gateway, before and after they become Lambda events and results."""

from typing import ClassVar, TypeAlias

from msgspec import Struct

from federation.value import Redacted

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""(name, value) in the order in which they arrived or leave; names are lower case, repeated ones stay apart."""


class GatewayRequest(Redacted, Struct, frozen=True):
    """What came over the socket."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"body", "client_certificate"})

    method: str
    path: str
    """Still percent-encoded, without the query."""
    query: str = ""
    """Still percent-encoded, without the `?`."""
    headers: Headers = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"
    scheme: str = "http"
    client_certificate: str | None = None
    """PEM of the TLS client's own certificate."""

    def header(self, name: str) -> str:
        """The values of the header of that lower-case name, joined by commas; empty where there is none."""
        return ",".join(value for key, value in self.headers if key == name)

    @property
    def head_size(self) -> int:
        """Bytes of the request line and the header values, as the HTTP API counts them."""
        line = len(self.method) + len(self.path) + len(self.query)
        return line + sum(len(value) for _, value in self.headers)


class GatewayResponse(Redacted, Struct, frozen=True):
    """What goes back over the socket."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"body"})

    status: int
    body: bytes = b""
    headers: Headers = ()
