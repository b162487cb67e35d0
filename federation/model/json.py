"""JSON values as types."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
JsonObject: TypeAlias = Mapping[str, Json]
Claims: TypeAlias = Mapping[str, Json]
"""The claims set of a token: top-level claim name -> value."""
