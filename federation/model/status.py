"""Where the status of one of our tokens is looked up (IETF Token Status List): a list for each hour of expiry.

The index follows from the jti, which is random, so no two processes have to agree on it. Should two tokens share one,
revoking either revokes both for whoever verifies offline: too much, never too little.
"""

from hashlib import sha256

from msgspec import Struct

from federation.model.json import JsonObject

SIZE = 2**23
"""Tokens in a list; a list without revocations has about a kilobyte."""
SPAN = 3600
"""Seconds of expiry that share a list; as long as the longest token lives."""
PATH = "/.well-known/status-list-"


class StatusReference(Struct, frozen=True):
    """A token's place in a list."""

    uri: str
    index: int

    @property
    def claim(self) -> JsonObject:
        """`status`."""
        return {"status_list": {"idx": self.index, "uri": self.uri}}


def list_path(hour: int) -> str:
    """Path of the list of tokens that expire in that hour since the epoch."""
    return f"{PATH}{hour}"


def status_reference(issuer: str, expires_at: int, jti: str) -> StatusReference:
    """The place of the token of that jti, which expires then."""
    digest = sha256(jti.encode()).digest()
    return StatusReference(f"{issuer}{list_path(expires_at // SPAN)}", int.from_bytes(digest[:8]) % SIZE)
