"""Tokens that are bound to a key: `cnf` (RFC 7800), and what a request proves about keys (RFC 9449, RFC 8705)."""

from typing import Literal

from msgspec import Struct

from federation.model.json import JsonObject
from federation.model.one_time import OneTimeUse

DPOP = "DPoP"
"""`token_type` of a token that is bound to a DPoP key (RFC 9449 section 5)."""


class Binding(Struct, frozen=True):
    """The one key that a token is bound to: exactly one of the two is there."""

    jkt: str | None = None
    """Thumbprint of a DPoP key (RFC 7638)."""
    x5t_s256: str | None = None
    """SHA-256 thumbprint of a TLS client certificate."""

    @property
    def claim(self) -> JsonObject:
        """`cnf`."""
        return {"jkt": self.jkt} if self.jkt else {"x5t#S256": self.x5t_s256}


def kind_of(binding: Binding | None) -> Literal["none", "dpop", "mtls"]:
    """What kind of key a token is bound by."""
    if binding is None:
        return "none"
    return "dpop" if binding.jkt else "mtls"


class ProvenKeys(Struct, frozen=True):
    """Keys whose possession this very request proves. All thumbprints; None: not shown."""

    dpop: str | None = None
    """Of the DPoP header: what the issued token will be bound to."""
    previous: str | None = None
    """Of the key that the subject token is bound to, which vouches for the new one (`subject_token_proof`)."""
    certificate: str | None = None
    """`x5t#S256` of the connection's client certificate."""
    certificate_expires_at: int | None = None
    """Seconds since the epoch."""
    one_time: tuple[OneTimeUse, ...] = ()
    """The proofs' jtis."""

    def proves(self, binding: Binding, *, of_subject: bool = False) -> bool:
        """Whether the caller has the key that `binding` names.

        `of_subject`: the binding is the subject token's. `subject_token_proof` names that token in its `ath`, and
        proves nothing for another one that is bound to the same key.
        """
        if binding.jkt is not None:
            return binding.jkt == self.dpop or (of_subject and binding.jkt == self.previous)
        return binding.x5t_s256 is not None and binding.x5t_s256 == self.certificate
