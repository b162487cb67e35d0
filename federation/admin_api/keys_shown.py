"""How our signing keys are shown, and what is said to move them."""

from typing import Annotated, Any

from pydantic import Field

from federation.admin.changes import rfc3339
from federation.admin_api.models import Body, Reason, Shown
from federation.model.keys import SEEN_BY_ALL, FormerKey, KeyChange, KeyEnd, KeySet, KeyState, SigningKey


class RotateBody(Body):
    """Why, if anybody is to know."""

    reason: Reason = ""


class RevokeKeyBody(Body):
    """Why."""

    reason: Annotated[Reason, Field(min_length=1)]


class KeyShown(Shown):
    """A key pair whose private half never leaves KMS."""

    kid: str
    state: KeyState
    algorithm: str
    published_at: Annotated[str | None, Field(description="Since when it has been in the published JWKS.")]
    seen_by_all_at: Annotated[str | None, Field(description="When no verifier holds a JWKS without it any more.")]
    active_since: Annotated[str | None, Field(description="When it began to sign.")]
    leaves_at: Annotated[str | None, Field(description="Of a retired key: when its last token has died.")]


class FormerKeyShown(Shown):
    """A key with which nothing verifies any more."""

    kid: str
    end: KeyEnd
    left_at: str


class KeyChangeShown(Shown):
    """Who moved the keys."""

    action: str
    kid: Annotated[str, Field(description="Of the key that stopped signing, or was revoked.")]
    active: Annotated[str, Field(description="Of the key that signs since.")]
    unseen: Annotated[bool, Field(description="Some verifiers may not have had that key yet.")]
    who: str
    when: str
    why: str


class KeysShown(Shown):
    """All keys whose tokens may still be alive, those that left, and who moved them, the latest first."""

    items: list[KeyShown]
    former: list[FormerKeyShown]
    changes: list[KeyChangeShown]
    version: Annotated[int, Field(description="Of the set.")]


def show_keys(keys: KeySet) -> dict[str, Any]:
    """All of it but where the keys lie. Times: RFC 3339."""
    return {
        "items": [_key(key) for key in keys.keys],
        "former": [_former(key) for key in reversed(keys.former) if key.kid],
        "changes": [_change(change) for change in reversed(keys.changes)],
        "version": keys.version,
    }


def _key(key: SigningKey) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "state": key.state.value,
        "algorithm": key.algorithm,
        "published_at": _moment(key.published_at),
        "seen_by_all_at": None if key.published_at is None else _moment(key.published_at + SEEN_BY_ALL),
        "active_since": _moment(key.active_since),
        "leaves_at": _moment(key.leaves_at),
    }


def _former(key: FormerKey) -> dict[str, Any]:
    return {"kid": key.kid, "end": key.end.value, "left_at": _moment(key.left_at)}


def _change(change: KeyChange) -> dict[str, Any]:
    return {
        "action": change.action,
        "kid": change.kid,
        "active": change.active,
        "unseen": change.unseen,
        "who": change.by,
        "when": _moment(change.at),
        "why": change.why,
    }


def _moment(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)
