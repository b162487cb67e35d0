"""A token on disk, with the key that it is bound to: what `fedbridge login` leaves and other commands use."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from msgspec import Struct

from federation.client.key import DpopKey
from federation.value import Redacted


class NoCredential(Exception):
    """The file is not there or cannot be used; says what to do."""


class Credential(Redacted, Struct, frozen=True):
    """A token to show. Without a key it is a bearer's."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"access_token", "key"})

    access_token: str
    key: DpopKey | None = None
    expires_at: int | None = None
    """Seconds since the epoch, by this machine's clock; None: it does not say."""
    bridge: str | None = None
    """URL of the bridge that it is for; None: it does not say."""
    clock_offset: float = 0.0
    """Seconds to add to this machine's clock to get the bridge's."""

    def headers(self, method: str, url: str, nonce: str | None = None) -> dict[str, str]:
        """What proves the caller in a request (RFC 6750, RFC 9449 section 7.1)."""
        if self.key is None:
            return {"authorization": f"Bearer {self.access_token}"}
        proof = self.key.proof(method, url, nonce=nonce, access_token=self.access_token, clock_offset=self.clock_offset)
        return {"authorization": f"DPoP {self.access_token}", "dpop": proof}


def read_credential(file: Path) -> Credential:
    """What `write_credential` wrote, or a bare token as `fedbridge serve --admin-token-file` leaves it.

    Raises NoCredential.
    """
    try:
        text = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NoCredential(f"{file} cannot be read; log in with `fedbridge login`, or name another file") from error
    return _parsed(file, text) if text.startswith("{") else Credential(text)


def write_credential(file: Path, credential: Credential) -> None:
    """Replace `file` as a whole by one that only its owner may read; raises OSError."""
    stored = {
        "access_token": credential.access_token,
        "expires_at": credential.expires_at,
        "bridge": credential.bridge,
        "dpop_key": dict(credential.key.private_jwk) if credential.key else None,
    }
    write_private(file, json.dumps(stored, indent=1))


def write_private(file: Path, text: str) -> None:
    """The same for any text.

    A new file is made beside it under a name that is random, so neither a link nor a reader of an old one gets it.
    """
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(text)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _parsed(file: Path, text: str) -> Credential:
    try:
        stored: dict[str, Any] = json.loads(text)
        key = DpopKey.load(stored["dpop_key"]) if stored["dpop_key"] is not None else None
        return Credential(str(stored["access_token"]), key, stored["expires_at"], stored.get("bridge"))
    except (KeyError, TypeError, ValueError) as error:
        raise NoCredential(f"{file} is no credential; log in again with `fedbridge login`") from error
