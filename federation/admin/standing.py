"""Whether a way into the admin API still is what it was: by what its documents said at some moment, and say now."""

from collections.abc import Iterator

from federation.model.admin import ADMIN_AUDIENCE, admin_scopes
from federation.model.binding import Binding
from federation.model.client_credentials import client_of
from federation.model.json import Json, JsonObject
from federation.model.tokens import OwnClaims
from federation.model.trust import DocumentRef, Kind
from federation.ports import History

DOOR = DocumentRef(Kind.AUDIENCE, ADMIN_AUDIENCE)
MOST_VERSIONS = 100
"""Of a document, that are looked through for the one of a moment."""

_BARS_NOBODY = {
    Kind.MAPPING: frozenset({"grants"}),
    Kind.AUDIENCE: frozenset({"max_ttl", "introspection", "resource", "sender_constraint"}),
    Kind.ISSUER: frozenset({"max_stale", "rate_limit"}),
    Kind.CLIENT: frozenset({"rate_limit"}),
}
"""Members that may change, or that are looked at by themselves."""
_TELLS_PEOPLE = frozenset({"description", "labels"})
_LETS_IN_MORE = frozenset({"algorithms", "audiences", "scopes"})
"""Lists: whoever came in by one comes in by a longer one."""


def way_of(came: OwnClaims) -> frozenset[DocumentRef]:
    """What vouched for whoever came with that token, and for who acts for them; what made them admins."""
    return frozenset(_way_of(came))


def keeps(kind: Kind, before: JsonObject | None, after: JsonObject | None, binding: Binding | None = None) -> bool:
    """Whether whoever came in by `before` would by `after`, whatever they came with. None: it is not there.

    `binding`: the key that their tokens are bound to.
    """
    if before is None or after is None:
        return before is after
    changed = {name for name in (*before, *after) if _member(before, name) != _member(after, name)}
    barring = changed - _TELLS_PEOPLE - _BARS_NOBODY[kind]
    if kind is Kind.MAPPING and not admin_scopes(before) <= admin_scopes(after):
        return False
    if "sender_constraint" in changed and not _meets(after.get("sender_constraint"), binding):
        return False
    return all(name in _LETS_IN_MORE and _is_longer(before.get(name), after.get(name)) for name in barring)


def as_of(past: History, ref: DocumentRef, moment: str) -> JsonObject | None:
    """What a document said at the end of that second; None: it was not there, or that is too many versions ago.

    `moment`: RFC 3339 in UTC, as histories have it.
    """
    return bodies_since(past, ref, moment)[-1]


def bodies_since(past: History, ref: DocumentRef, moment: str) -> tuple[JsonObject | None, ...]:
    """All that it has said since then, the newest first; at the end what it said at that moment, as `as_of` has it."""
    bodies: list[JsonObject | None] = []
    for one in past.history(ref, None, MOST_VERSIONS):
        bodies.append(one.body)
        if one.change.when <= moment:
            return tuple(bodies)
    return (*bodies, None)


def _way_of(came: OwnClaims) -> Iterator[DocumentRef]:
    for mapping, issuer in ((came.mapping, came.issuer), (came.current_actor, came.holder_issuer)):
        client = client_of(mapping) if mapping else None
        if client is not None:
            yield DocumentRef(Kind.CLIENT, client)
        elif mapping is not None:
            yield DocumentRef(Kind.MAPPING, mapping)
            yield DocumentRef(Kind.ISSUER, str(issuer))
    if came.registered_client is not None:
        yield DocumentRef(Kind.CLIENT, came.registered_client)


def _member(body: JsonObject, name: str) -> Json:
    return body.get(name, True if name == "enabled" else None)


def _is_longer(before: Json, after: Json) -> bool:
    return isinstance(before, list) and isinstance(after, list) and all(one in after for one in before)


def _meets(constraint: Json, binding: Binding | None) -> bool:
    if constraint in (None, "none"):
        return True
    proven = {"any", "dpop" if binding.jkt else "mtls"} if binding else set()
    return constraint in proven
