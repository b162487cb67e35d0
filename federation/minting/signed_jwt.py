"""JWTs of ours that are no access tokens: answers to introspection, status lists. Nothing is committed for them."""

from dataclasses import dataclass

from federation.minting.current_key import CurrentKey
from federation.minting.jws import assemble, signing_input
from federation.model.json import JsonObject
from federation.ports import Signer

MAX_SIZE = 4 * 1024 * 1024
"""Bytes: these are bodies of answers, not headers of requests."""


@dataclass(frozen=True, slots=True)
class JwtSigner:
    """Signs with the key that signs now."""

    key: CurrentKey
    signer: Signer

    def sign(self, typ: str, claims: JsonObject) -> str:
        """The JWT; raises TemporarilyUnavailable or ServerError. `typ` is never that of an access token."""
        key, _ = self.key.get()
        message = signing_input(key, claims, typ)
        return assemble(key, message, self.signer.sign(key, message), MAX_SIZE)
