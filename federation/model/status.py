"""Where the status of one of our tokens is looked up (IETF Token Status List): a list for twelve minutes of expiry.

The index follows from the jti, which is random, so no two processes have to agree on it. Should two tokens share one,
revoking either revokes both for whoever verifies offline: too much, never too little.
"""

from hashlib import sha256

from msgspec import Struct

from federation.model.json import JsonObject

SIZE = 2**21
"""Tokens in a list: what one costs to read, measured, stands in docs/decisions.md."""
SPAN = 12 * 60
"""Seconds of expiry that share a list."""
LONGEST_LIFE = 60 * 60
"""Seconds that a token of ours may live."""
PATH = "/.well-known/status-list-"


class StatusReference(Struct, frozen=True):
    """A token's place in a list."""

    uri: str
    index: int

    @property
    def claim(self) -> JsonObject:
        """`status`."""
        return {"status_list": {"idx": self.index, "uri": self.uri}}


def list_path(number: int) -> str:
    """Path of the list of tokens that expire in that SPAN since the epoch."""
    return f"{PATH}{number}"


def lists_of(now: int, ahead: int = 0) -> range:
    """Numbers of the lists in which a token can stand that is alive now, or is issued within `ahead` seconds."""
    return range(now // SPAN, (now + LONGEST_LIFE + ahead) // SPAN + 1)


def status_reference(issuer: str, expires_at: int, jti: str) -> StatusReference:
    """The place of the token of that jti, which expires then."""
    digest = sha256(jti.encode()).digest()
    return StatusReference(f"{issuer}{list_path(expires_at // SPAN)}", int.from_bytes(digest[:8]) % SIZE)
