"""Protected resource metadata: what a client must know of a service to get a token for it (RFC 9728)."""

import json
from urllib.parse import urlsplit

import msgspec

from federation.oauth.identifiers import PROOF_ALGORITHMS

_WELL_KNOWN = "/.well-known/oauth-protected-resource"


class ProtectedResource(msgspec.Struct, frozen=True):
    """A service as clients know it. `url`: its resource identifier, with the path at which it is mounted."""

    url: str
    issuer: str
    scopes: tuple[str, ...] = ()
    proofs: bool = False
    """Whether it can check DPoP proofs."""
    name: str = ""

    @property
    def origin(self) -> str:
        """Of the URL."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def metadata_path(self) -> str:
        """At the root of the host, whatever the service's own path is (RFC 9728 section 3.1)."""
        path = urlsplit(self.url).path
        return _WELL_KNOWN + ("" if path == "/" else path)

    @property
    def metadata_url(self) -> str:
        """For challenges."""
        return self.origin + self.metadata_path

    @property
    def document(self) -> bytes:
        """JSON."""
        members = {
            "resource": self.url,
            "authorization_servers": [self.issuer],
            "bearer_methods_supported": ["header"],
            "scopes_supported": list(self.scopes),
            "resource_name": self.name,
            "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS) if self.proofs else [],
        }
        return json.dumps({name: value for name, value in members.items() if value}).encode("ascii")
