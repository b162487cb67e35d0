"""JWTs of ours that are no access tokens: answers to introspection, status lists. Nothing is committed for them."""

from msgspec import Struct

from federation.minting.current_key import CurrentKey
from federation.minting.jws import assemble, signing_input
from federation.model.json import JsonObject
from federation.model.keys import SigningKey
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import Signer

MAX_SIZE = 4 * 1024 * 1024
"""Bytes: these are bodies of answers, not headers of requests."""


class JwtSigner(Struct, frozen=True):
    """Signs with the key that signs now."""

    key: CurrentKey
    signer: Signer

    def sign(self, typ: str, claims: JsonObject) -> str:
        """The JWT; raises TemporarilyUnavailable or ServerError. `typ` is never that of an access token.

        A key that was revoked cannot sign any more; a process that remembered it looks for the one that does now.
        """
        remembered, _ = self.key.get()
        try:
            return self._signed(remembered, typ, claims)
        except TemporarilyUnavailable:
            self.key.forget()
            key, _ = self.key.get()
            if key.kid == remembered.kid:
                raise
        return self._signed(key, typ, claims)

    def _signed(self, key: SigningKey, typ: str, claims: JsonObject) -> str:
        message = signing_input(key, claims, typ)
        return assemble(key, message, self.signer.sign(key, message), MAX_SIZE)
