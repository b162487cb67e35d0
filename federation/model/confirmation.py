"""A second admin's confirmation, and what grants rights at the admin API."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as ReadOnly

from msgspec import Struct

from federation.model.json import Json, JsonObject

CONFIRMATION = "confirmation"
"""Member of a stored document beside what an admin wrote; no document that is written may have it."""


class Confirmation(Struct, frozen=True):
    """What was confirmed, by which request, and why."""

    version: int
    """Of the document that was looked at."""
    issuer: str
    """URL of the issuer that the document was dangerous for: it is confirmed for no other."""
    request: str
    """Id of the request; who made it stands in the document's history."""
    reason: str
    time: str
    """RFC 3339."""

    @property
    def body(self) -> JsonObject:
        """As it is stored."""
        return {name: getattr(self, name) for name in self.__struct_fields__}


def is_pending(body: JsonObject) -> bool:
    """Whether the stored document waits for a second admin."""
    return body.get("dangerous", False) is not False and CONFIRMATION not in body


def is_enabled_and_pending(body: JsonObject) -> bool:
    """Whether it would hold, were it confirmed."""
    return body.get("enabled", True) is True and is_pending(body)


def takes_part(body: JsonObject) -> bool:
    """Whether the stored document is enabled and, if it is dangerous, confirmed."""
    return body.get("enabled", True) is True and not is_pending(body)


def confirmed_issuer(body: JsonObject) -> str | None:
    """The issuer for which the stored document is confirmed; None: it needs no confirmation, or has none.

    Raises TypeError for a confirmation of another form.
    """
    if body.get("dangerous", False) is False or CONFIRMATION not in body:
        return None
    confirmation: Json = body[CONFIRMATION]
    issuer = confirmation.get("issuer") if isinstance(confirmation, ReadOnly) else None
    if not isinstance(issuer, str):
        raise TypeError("malformed confirmation")
    return issuer


def as_written(body: JsonObject) -> JsonObject:
    """The stored document without its confirmation."""
    return {name: value for name, value in body.items() if name != CONFIRMATION}


ADMIN_AUDIENCE = "federation-admin"

TRUST_READ = "trust:read"
TRUST_WRITE = "trust:write"
KEYS_WRITE = "keys:write"
AUDIT_READ = "audit:read"
APPROVALS_DECIDE = "approvals:decide"
REVOCATIONS_WRITE = "revocations:write"
RISK_WRITE = "risk:write"

ADMIN_SCOPES = (TRUST_READ, TRUST_WRITE, KEYS_WRITE, AUDIT_READ, APPROVALS_DECIDE, REVOCATIONS_WRITE, RISK_WRITE)

SHORTEST = 60
"""Seconds: an admin needs so long to mend anything."""


def admin_scopes(mapping: JsonObject) -> frozenset[str]:
    """The scopes of the admin API that the body of a Mapping grants."""
    return frozenset(scope for grant in _objects(mapping.get("grants")) for scope in _granted(grant))


def client_admin_scopes(client: JsonObject) -> frozenset[str]:
    """The scopes of the admin API that the body of a Client may ask for itself."""
    if ADMIN_AUDIENCE not in _texts(client.get("audiences")):
        return frozenset()
    return frozenset(_texts(client.get("scopes"))) & frozenset(ADMIN_SCOPES)


def _granted(grant: JsonObject) -> Iterator[str]:
    scopes = grant.get("scopes")
    if grant.get("audience") == ADMIN_AUDIENCE:
        yield from _texts(scopes)


def _objects(value: Json) -> Iterator[JsonObject]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (one for one in value if isinstance(one, ReadOnly))


def _texts(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
