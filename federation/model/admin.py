"""The admin API as a target like any other: its audience, and a scope per door (DESIGN section 5)."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as ReadOnly

from federation.model.confirmation import takes_part
from federation.model.json import Json, JsonObject

ADMIN_AUDIENCE = "federation-admin"

TRUST_READ = "trust:read"
TRUST_WRITE = "trust:write"
KEYS_WRITE = "keys:write"
AUDIT_READ = "audit:read"
APPROVALS_DECIDE = "approvals:decide"
REVOCATIONS_WRITE = "revocations:write"

ADMIN_SCOPES = (TRUST_READ, TRUST_WRITE, KEYS_WRITE, AUDIT_READ, APPROVALS_DECIDE, REVOCATIONS_WRITE)

SHORTEST = 60
"""Seconds: with a token that lives less, nobody has the time to mend anything."""


def admin_scopes(mapping: JsonObject) -> frozenset[str]:
    """The scopes of the admin API that the body of a Mapping grants."""
    return frozenset(scope for grant in _objects(mapping.get("grants")) for scope in _granted(grant))


def client_admin_scopes(client: JsonObject) -> frozenset[str]:
    """The scopes of the admin API that the body of a Client may ask for itself."""
    if ADMIN_AUDIENCE not in _texts(client.get("audiences")):
        return frozenset()
    return frozenset(_texts(client.get("scopes"))) & frozenset(ADMIN_SCOPES)


def lets_write_trust(mapping: JsonObject) -> bool:
    """Whether a stored Mapping holds and lets somebody write trust."""
    return takes_part(mapping) and TRUST_WRITE in admin_scopes(mapping)


def _granted(grant: JsonObject) -> Iterator[str]:
    scopes = grant.get("scopes")
    if grant.get("audience") == ADMIN_AUDIENCE:
        yield from _texts(scopes)


def _objects(value: Json) -> Iterator[JsonObject]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (one for one in value if isinstance(one, ReadOnly))


def _texts(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
