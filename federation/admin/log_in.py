"""Whether who came in by a document would still come in by what it says now, or has said since (ATTACKS O6)."""

from collections.abc import Callable

from federation.model.binding import Binding, kind_of
from federation.model.confirmation import admin_scopes
from federation.model.history import Change
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef, Kind
from federation.ports import History

MOST_VERSIONS = 100
"""Of a document, that are looked through for the one of a moment."""

_HARMLESS = {
    Kind.MAPPING: frozenset({"grants"}),
    Kind.AUDIENCE: frozenset({"max_ttl", "introspection", "resource", "sender_constraint"}),
    Kind.ISSUER: frozenset({"max_stale", "rate_limit"}),
    Kind.CLIENT: frozenset({"rate_limit"}),
}
"""Members that may change, or that are compared by themselves."""
_FOR_PEOPLE = frozenset({"description", "labels"})
_MAY_GROW = frozenset({"algorithms", "audiences", "scopes"})
"""Lists: an admin who came in by one comes in by a longer one."""


def keeps(kind: Kind, before: JsonObject | None, after: JsonObject | None, binding: Binding | None = None) -> bool:
    """Whether an identity that came in by `before` would by `after`, with any claims. None: it is not there.

    `binding`: the key that their tokens are bound to.
    """
    if before is None or after is None:
        return before is after
    changed = {name for name in (*before, *after) if _member(before, name) != _member(after, name)}
    barring = changed - _FOR_PEOPLE - _HARMLESS[kind]
    if kind is Kind.MAPPING and not admin_scopes(before) <= admin_scopes(after):
        return False
    if "sender_constraint" in changed and not _meets(after.get("sender_constraint"), binding):
        return False
    return all(name in _MAY_GROW and _is_longer(before.get(name), after.get(name)) for name in barring)


def bodies_since(
    past: History, ref: DocumentRef, moment: str, is_founding: Callable[[Change], bool] = lambda _: False
) -> tuple[JsonObject | None, ...]:
    """All that a document has said since then, the newest first; at the end what it said at the end of that second.

    None: it was not there, or that is too many versions ago. `moment`: RFC 3339 in UTC, as histories have it.
    `is_founding`: whether what a change wrote counts as if it had always been there.
    """
    bodies: list[JsonObject | None] = []
    for one in past.history(ref, None, MOST_VERSIONS):
        bodies.append(one.body)
        if one.change.when <= moment or is_founding(one.change):
            return tuple(bodies)
    return (*bodies, None)


def _member(body: JsonObject, name: str) -> Json:
    return body.get(name, True if name == "enabled" else None)


def _is_longer(before: Json, after: Json) -> bool:
    return isinstance(before, list) and isinstance(after, list) and all(one in after for one in before)


def _meets(constraint: Json, binding: Binding | None) -> bool:
    return constraint in (None, "none") or (binding is not None and constraint in ("any", kind_of(binding)))
