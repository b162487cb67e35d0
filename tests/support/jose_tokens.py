"""A token signer that shares no code with what it tests, and that signs nonsense just as willingly."""

import json

from federation.model.json import JsonObject
from tests.support.jose_keys import JoseKey, b64u


def json_bytes(value: JsonObject | str | bytes) -> bytes:
    """JSON text as it stands, or of a value."""
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))).encode()


def signing_input(header: JsonObject | str | bytes, claims: JsonObject | str | bytes) -> str:
    return f"{b64u(json_bytes(header))}.{b64u(json_bytes(claims))}"


def signed(header: JsonObject | str | bytes, claims: JsonObject | str | bytes, key: JoseKey, alg: str = "RS256") -> str:
    """A correctly signed token, whatever it says; `alg` is what the signature is made with."""
    text = signing_input(header, claims)
    return f"{text}.{b64u(key.sign(alg, text.encode()))}"
