"""`GET /admin/v1/keys`: our signing keys, and where each stands in its life."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from federation.admin.api.models import Shown
from federation.admin.api.operation import AdminRequest, Answer, Operation
from federation.admin.writing.changes import rfc3339
from federation.model.admin import TRUST_READ
from federation.model.keys import KeySet, KeyState, SigningKey
from federation.ports import KeySets


class KeyShown(Shown):
    """A key pair whose private half never leaves KMS."""

    kid: str
    state: KeyState
    algorithm: str
    published_at: Annotated[str | None, Field(description="When it was first seen in the published JWKS.")]


class KeysShown(Shown):
    """All keys whose tokens may still be alive."""

    items: list[KeyShown]
    version: Annotated[int, Field(description="Of the set.")]


@dataclass(frozen=True, slots=True)
class Keys:
    """Reads alone."""

    key_sets: KeySets

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/keys",
            TRUST_READ,
            "Our signing keys.",
            handle=self._list,
            name="listKeys",
            response=KeysShown,
        )

    def _list(self, request: AdminRequest) -> Answer:  # noqa: ARG002 (they are everybody's)
        keys = self.key_sets.load() or KeySet()
        return Answer(HTTPStatus.OK, {"items": [_show(key) for key in keys.keys], "version": keys.version})


def _show(key: SigningKey) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "state": key.state.value,
        "algorithm": key.algorithm,
        "published_at": None if key.published_at is None else rfc3339(key.published_at),
    }
