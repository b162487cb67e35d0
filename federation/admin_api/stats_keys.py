"""How old our signing keys are, and when each moves next."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from federation.admin.changes import rfc3339
from federation.admin_api.models import Shown
from federation.model.keys import SEEN_BY_ALL, KeySet, KeyState, SigningKey


class KeyAgeShown(Shown):
    """A key, and what becomes of it when it is not moved by hand."""

    kid: str
    state: KeyState
    age: Annotated[int | None, Field(description="Seconds since it was published; null: it is not yet.")]
    signs_for: Annotated[int | None, Field(description="Seconds for which it has signed; null: it does not sign.")]
    moves_at: Annotated[str | None, Field(description="When it moves next; null: it is not known.")]
    becomes: Annotated[str, Field(description="`active`, `retired` or `gone`.")]


_NEXT = {KeyState.NEXT: "active", KeyState.ACTIVE: "retired", KeyState.RETIRED: "gone"}


def key_ages(keys: KeySet, lifetime: int, now: int) -> list[KeyAgeShown]:
    """`lifetime`: seconds for which a key signs. `now`: seconds since the epoch."""
    return list(_ages(keys, lifetime, now))


def _ages(keys: KeySet, lifetime: int, now: int) -> Iterator[KeyAgeShown]:
    active = keys.active
    due = None if active is None else _since(active) + lifetime
    for key in keys.keys:
        moves_at = _moves_at(key, due)
        yield KeyAgeShown(
            kid=key.kid,
            state=key.state,
            age=None if key.published_at is None else now - key.published_at,
            signs_for=now - _since(key) if key.state is KeyState.ACTIVE else None,
            moves_at=None if moves_at is None else rfc3339(moves_at),
            becomes=_NEXT[key.state],
        )


def _moves_at(key: SigningKey, due: int | None) -> int | None:
    """A standby follows when the active key is due, and not before every verifier has it."""
    if key.state is KeyState.RETIRED:
        return key.leaves_at
    if key.state is KeyState.ACTIVE or due is None:
        return due
    return None if key.published_at is None else max(due, key.published_at + SEEN_BY_ALL)


def _since(key: SigningKey) -> int:
    return key.active_since or key.published_at or 0
